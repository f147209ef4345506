package soopt.solver;

import soopt.solver.Damping.LmRatio;
import soopt.solver.Damping.Plateau;
import soopt.solver.Damping.Running;
import soopt.solver.Damping.Schedule;

/** The running parts of {@link Damping}; formulas are there. */
final class DampingRules {
    private DampingRules() {}

    private static double clipped(double lambda, double least, double most) {
        return Math.min(Math.max(lambda, least), most);
    }

    record Constant(double lambda) implements Running {
        @Override
        public void judge(double ratio, double loss) {}

        @Override
        public double[] save() {
            return new double[0];
        }

        @Override
        public void restore(double[] numbers) {}
    }

    /** Counts steps. */
    static final class Scheduled implements Running {
        private final Schedule schedule;
        private double lambda;
        private int sinceChange;

        Scheduled(Schedule schedule) {
            this.schedule = schedule;
            this.lambda = schedule.lambda();
        }

        @Override
        public double lambda() {
            return lambda;
        }

        @Override
        public void judge(double ratio, double loss) {
            sinceChange++;
            if (sinceChange == schedule.period()) {
                sinceChange = 0;
                lambda = Math.max(lambda * schedule.factor(), schedule.least());
            }
        }

        @Override
        public double[] save() {
            return new double[] {lambda, sinceChange};
        }

        @Override
        public void restore(double[] numbers) {
            lambda = numbers[0];
            sinceChange = (int) numbers[1];
        }
    }

    /** Remembers the best mean loss. */
    static final class Watching implements Running {
        private final Plateau plateau;
        private double lambda;
        private double best = Double.POSITIVE_INFINITY;
        private double sum;
        private int summed;
        private int bad;

        Watching(Plateau plateau) {
            this.plateau = plateau;
            this.lambda = plateau.lambda();
        }

        @Override
        public double lambda() {
            return lambda;
        }

        @Override
        public void judge(double ratio, double loss) {
            sum += loss;
            summed++;
            if (summed < plateau.period()) {
                return;
            }
            double mean = sum / summed;
            sum = 0;
            summed = 0;
            if (mean < best * (1 - plateau.threshold())) {
                best = mean;
                bad = 0;
            } else {
                bad++;
            }
            if (bad > plateau.patience()) {
                bad = 0;
                lambda = clipped(lambda * plateau.factor(), plateau.least(), plateau.most());
            }
        }

        @Override
        public double[] save() {
            return new double[] {lambda, best, sum, summed, bad};
        }

        @Override
        public void restore(double[] numbers) {
            lambda = numbers[0];
            best = numbers[1];
            sum = numbers[2];
            summed = (int) numbers[3];
            bad = (int) numbers[4];
        }
    }

    /** By ρ; a ratio that is no number is a step that failed. */
    static final class Trusting implements Running {
        private static final double GOOD = 0.75;
        private static final double POOR = 0.25;

        private final LmRatio settings;
        private double lambda;
        private double growth = 2;
        private int steps;

        Trusting(LmRatio settings) {
            this.settings = settings;
            this.lambda = settings.lambda();
        }

        @Override
        public double lambda() {
            return lambda;
        }

        @Override
        public boolean needsRatio() {
            return steps + 1 == settings.period();
        }

        @Override
        public void judge(double ratio, double loss) {
            steps = (steps + 1) % settings.period();
            if (steps != 0) {
                return;
            }
            double next = switch (settings.rule()) {
                case MARQUARDT -> marquardt(ratio);
                case NIELSEN -> nielsen(ratio);
            };
            lambda = clipped(next, settings.least(), settings.most());
        }

        private double marquardt(double ratio) {
            if (ratio > GOOD) {
                return lambda * settings.factor();
            }
            return ratio >= POOR ? lambda : lambda / settings.factor();
        }

        private double nielsen(double ratio) {
            if (ratio > 0) {
                growth = 2;
                double x = 2 * ratio - 1;
                return lambda * Math.max(1.0 / 3, 1 - x * x * x);
            }
            double next = lambda * growth;
            growth = Math.min(2 * growth, 0x1p500);
            return next;
        }

        @Override
        public double[] save() {
            return new double[] {lambda, growth, steps};
        }

        @Override
        public void restore(double[] numbers) {
            lambda = numbers[0];
            growth = numbers[1];
            steps = (int) numbers[2];
        }
    }
}
