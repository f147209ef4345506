package soopt.gym;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import soopt.backend.Activation;
import soopt.backend.Backend;
import soopt.curvature.ParameterLayout;
import soopt.gym.formula.Beale;
import soopt.gym.formula.Cliff;
import soopt.gym.formula.DeepLinear;
import soopt.gym.formula.Formula;
import soopt.gym.formula.LogisticRegression;
import soopt.gym.formula.Plateau;
import soopt.gym.formula.Quadratic;
import soopt.gym.formula.RankOne;
import soopt.gym.formula.Rosenbrock;
import soopt.gym.formula.Saddle;
import soopt.model.Initialization;
import soopt.model.Mlp;
import soopt.model.Parameterization;
import soopt.model.loss.Loss;

/** The problems of the gym. */
public final class Exercises {
    private static final double EXACT = 1e-8;
    /** Deviation of the minimum of a batch of the noisy quadratic from that of their mean, in each coordinate. */
    static final double NOISE = 0.3;

    private static final int NOISY_SIZE = 10;
    private static final int NOISY_WINDOW = 100;

    /** Of {@link #logistic}, by Newton's method in float64: a test solves it again. */
    private static final double LOGISTIC_MINIMUM = 0.461379147746197;

    private Exercises() {}

    /** In the order of the table. */
    public static List<Exercise> all() {
        return List.of(
                quadratic(),
                blockQuadratic(),
                rosenbrock(2, -1.2, 1),
                rosenbrock(
                        20, 1.3, 0.7, 0.8, 1.9, 1.2, 1.3, 0.7, 0.8, 1.9, 1.2, 1.3, 0.7, 0.8, 1.9, 1.2, 1.3, 0.7, 0.8,
                        1.9, 1.2),
                of("beale", "a curved valley beside a plateau", 0, new Beale(), 1, 1),
                of(
                        "saddle",
                        "the gradient all but vanishes at the start, where H is indefinite",
                        0,
                        new Saddle(),
                        1,
                        1e-3),
                indefinite(),
                logistic(),
                of("deep-linear", "not convex: a product of three matrices", 0, deepLinear(), deepLinearStart()),
                noisyQuadratic(),
                of("plateau", "derivatives that vanish far from the minimum", 0, new Plateau(), -6, 1),
                of(
                        "cliff",
                        "a wall of exponential steepness beside a gentle slope",
                        cliffMinimum(),
                        new Cliff(),
                        -10,
                        0),
                softmaxNetwork());
    }

    private static Exercise of(String name, String doc, double minimum, Formula formula, double... start) {
        return new Exercise(name, doc, minimum, EXACT, 1, false, backend -> Grounds.formula(backend, formula, start));
    }

    private static double[] ones(int size) {
        double[] ones = new double[size];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static Exercise quadratic() {
        double[][] matrix = Quadratic.reflected(Quadratic.geometric(10, 1e-3, 1));
        Formula formula = new Quadratic(Formula.vectors(5, 5), matrix);
        return of("quadratic", "condition 10³ in directions that are no axes", 0, formula, ones(10));
    }

    /** Three blocks, each of condition 10, whose scales differ by 10⁴ (Wolinski 2025, theorem 0.F.1). */
    private static Exercise blockQuadratic() {
        double[][] matrix = Quadratic.blocks(
                Quadratic.reflected(Quadratic.geometric(3, 0.1, 1)),
                Quadratic.reflected(Quadratic.geometric(3, 1e-3, 1e-2)),
                Quadratic.reflected(Quadratic.geometric(3, 1e-5, 1e-4)));
        Formula formula = new Quadratic(Formula.vectors(3, 3, 3), matrix);
        double[] start = {1, 1, 1, 10, 10, 10, 100, 100, 100};
        return of("block-quadratic", "blocks of condition 10 whose scales differ by 10⁴", 0, formula, start);
    }

    private static Exercise rosenbrock(int size, double... start) {
        ParameterLayout layout = size == 2 ? Formula.vectors(1, 1) : Formula.vectors(5, 5, 5, 5);
        return of("rosenbrock-" + size, "a narrow curved valley", 0, new Rosenbrock(layout), start);
    }

    private static Exercise indefinite() {
        double[] eigenvalues = {-2, -1, 0.2, 0.5, 1, 2};
        double others = Arrays.stream(eigenvalues).limit(5).map(x -> x * x).sum();
        Formula formula = new RankOne(Formula.vectors(3, 3), Quadratic.reflected(eigenvalues));
        double[] start = {0.1, -0.1, 0.1, 0.1, -0.1, 0.1};
        return of(
                "indefinite",
                "H has eigenvalues of both signs at the start, and saddles beside the minimum",
                others / 4,
                formula,
                start);
    }

    /** 60 examples of 5 features whose labels a plane gives, one in six the other way round. */
    static LogisticRegression logisticRegression() {
        int examples = 60;
        double[][] inputs = new double[examples][];
        double[] labels = new double[examples];
        for (int n = 0; n < examples; n++) {
            inputs[n] = Grounds.uniforms("logistic", n, 5);
            double side = inputs[n][0] - 0.5 * inputs[n][1] + 0.25 * inputs[n][2] > 0 ? 1 : -1;
            labels[n] = n % 6 == 0 ? -side : side;
        }
        return new LogisticRegression(inputs, labels, 1e-2);
    }

    private static Exercise logistic() {
        return of(
                "logistic",
                "regression with a ridge: convex, not quadratic",
                LOGISTIC_MINIMUM,
                logisticRegression(),
                new double[6]);
    }

    private static DeepLinear deepLinear() {
        return new DeepLinear(new double[][] {{1.5, 0.5}, {-0.5, 0.8}});
    }

    private static double[] deepLinearStart() {
        return Arrays.stream(Grounds.uniforms("deep-linear", 0, 21))
                .map(x -> 0.4 * x)
                .toArray();
    }

    /**
     * L_k = ½ Σ a_i (θ_i − ξ_ki)², ξ_k of mean 0 and variance σ² (Schaul, Zhang and LeCun 2013). At the minimum of a
     * batch the excess of the expected loss is ½ σ² Σ a_i in the mean; sgd with step size η comes to
     * ½ Σ η a_i² σ² / (2 − η a_i). A quarter of the former is asked for: trusting one batch is not enough.
     */
    private static Exercise noisyQuadratic() {
        double[] curvatures = Quadratic.geometric(NOISY_SIZE, 0.05, 1);
        double[][] matrix = new double[NOISY_SIZE][NOISY_SIZE];
        for (int i = 0; i < NOISY_SIZE; i++) {
            matrix[i][i] = curvatures[i];
        }
        ParameterLayout layout = Formula.vectors(5, 5);
        double tolerance = NOISE * NOISE / 4;
        Function<Backend, Exercise.Ground> ground = backend -> Grounds.noisy(
                backend, new Quadratic(layout, matrix), step -> batch(layout, matrix, step), ones(NOISY_SIZE));
        String doc = "each batch has a minimum of its own; a quarter of the loss of going there is asked for";
        return new Exercise("noisy-quadratic", doc, 0, tolerance, NOISY_WINDOW, false, ground);
    }

    private static Formula batch(ParameterLayout layout, double[][] matrix, long step) {
        double[] centre = Arrays.stream(Grounds.uniforms("noise", step, NOISY_SIZE))
                .map(x -> NOISE * x)
                .toArray();
        return new Quadratic(layout, matrix, centre);
    }

    private static double cliffMinimum() {
        double x = Cliff.foot();
        return (x - 1) * (x - 1) / 200 + Math.exp(10 * x) / 10;
    }

    /** Three arms of a spiral in the plane, 40 points each, by a perceptron 2-10-3 with tanh. */
    private static Exercise softmaxNetwork() {
        int arms = 3;
        int points = 40;
        Mlp model = new Mlp(
                List.of(10),
                Activation.TANH,
                Parameterization.STANDARD,
                Loss.SOFTMAX_CROSS_ENTROPY,
                new Initialization(1, 0, Optional.empty()));
        Function<Backend, Exercise.Ground> ground = backend -> Grounds.network(
                backend,
                model.network(new int[] {2}, arms),
                model.init(),
                arms * points,
                2,
                i -> spiral(i / 2 / points, (i / 2 % points + 1.0) / points, i % 2),
                n -> n / points);
        String doc = "a perceptron 2-10-3 on three arms of a spiral, to a twentieth of the loss";
        return new Exercise("softmax-network", doc, 0, 0.05, 1, true, ground);
    }

    private static double spiral(int arm, double radius, int coordinate) {
        double angle = 2 * Math.PI * arm / 3 + 3 * radius;
        return 2 * radius * (coordinate == 0 ? Math.cos(angle) : Math.sin(angle));
    }
}
