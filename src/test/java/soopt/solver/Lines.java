package soopt.solver;

import java.util.ArrayList;
import java.util.List;
import soopt.solver.Line.Point;

/** Functions of one variable as {@link Line}s: those of Moré and Thuente (1994), and polynomials. */
final class Lines {
    private Lines() {}

    /** φ and φ′. */
    interface Function {
        double[] at(double alpha);
    }

    /** Counts what is asked, and remembers which point was kept last. */
    static final class Counted implements Line {
        private final Function function;
        private final double scale;
        final List<Double> asked = new ArrayList<>();
        private double last = Double.NaN;
        double kept = Double.NaN;

        Counted(Function function, double scale) {
            this.function = function;
            this.scale = scale;
        }

        Counted(Function function) {
            this(function, 1);
        }

        @Override
        public double value(double alpha) {
            asked.add(alpha);
            return function.at(alpha)[0];
        }

        @Override
        public Point at(double alpha) {
            asked.add(alpha);
            last = alpha;
            double[] values = function.at(alpha);
            return new Point(alpha, values[0], values[1]);
        }

        @Override
        public void keep() {
            kept = last;
        }

        @Override
        public double scale() {
            return scale;
        }

        LineSearch.Outcome search(LineSearch search, double first) {
            double[] start = function.at(0);
            return search.search(this, start[0], start[1], first);
        }
    }

    /** Functions 1 to 6 of Moré and Thuente, ACM TOMS 20, p. 286. */
    static Function moreThuente(int number) {
        return switch (number) {
            case 1 -> Lines::quotient;
            case 2 -> Lines::quintic;
            case 3 -> Lines::wave;
            case 4 -> valley(0.001, 0.001);
            case 5 -> valley(0.01, 0.001);
            case 6 -> valley(0.001, 0.01);
            default -> throw new IllegalArgumentException("no function " + number);
        };
    }

    private static double[] quotient(double a) {
        double bottom = a * a + 2;
        return new double[] {-a / bottom, (a * a - 2) / (bottom * bottom)};
    }

    private static double[] quintic(double a) {
        double x = a + 0.004;
        double cube = x * x * x;
        return new double[] {cube * x * x - 2 * cube * x, 5 * cube * x - 8 * cube};
    }

    private static double[] wave(double a) {
        double beta = 0.01;
        double f = 1 - a;
        double g = -1;
        if (a >= 1 + beta) {
            f = a - 1;
            g = 1;
        } else if (a > 1 - beta) {
            f = (a - 1) * (a - 1) / (2 * beta) + beta / 2;
            g = (a - 1) / beta;
        }
        double waves = 39 * Math.PI;
        f += 2 * (1 - beta) / waves * Math.sin(waves * a / 2);
        return new double[] {f, g + (1 - beta) * Math.cos(waves * a / 2)};
    }

    private static Function valley(double b1, double b2) {
        double gamma1 = Math.sqrt(1 + b1 * b1) - b1;
        double gamma2 = Math.sqrt(1 + b2 * b2) - b2;
        return a -> {
            double right = Math.sqrt((1 - a) * (1 - a) + b2 * b2);
            double left = Math.sqrt(a * a + b1 * b1);
            return new double[] {gamma1 * right + gamma2 * left, gamma1 * (a - 1) / right + gamma2 * a / left};
        };
    }

    /** Σ_k c_k α^k. */
    static Function polynomial(double... coefficients) {
        return a -> {
            double f = 0;
            double g = 0;
            for (int k = coefficients.length - 1; k >= 0; k--) {
                g = g * a + f;
                f = f * a + coefficients[k];
            }
            return new double[] {f, g};
        };
    }
}
