package soopt.optimizer.direction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.curvature.ParameterLayout.Role;
import soopt.optimizer.Methods;
import soopt.optimizer.step.NoBatches;
import soopt.optimizer.step.Problem;

/** What pays on a network, and the polynomials that make it cheaper. */
final class AutoTest {
    private static ParameterLayout dense() {
        return new ParameterLayout.Builder()
                .add("0.weight", Role.WEIGHT, 0, 1, 20, 30)
                .add("0.bias", Role.BIAS, 0, 1, 20)
                .add("1.weight", Role.WEIGHT, 1, 1, 4, 20)
                .add("2.weight", Role.WEIGHT, 2, 1, 10, 4)
                .add("3.weight", Role.WEIGHT, 3, 1, 3, 10)
                .build();
    }

    private static List<String> affordable(String direction, double gradientWork) {
        Direction.Muon muon = (Direction.Muon) Methods.direction(direction);
        return with(gradientWork, problem -> MuonDirection.affordable(muon, problem)).stream()
                .map(Parameter::name)
                .toList();
    }

    private static <T> T with(double gradientWork, Function<Problem, T> function) {
        return with(dense(), gradientWork, function);
    }

    private static <T> T with(ParameterLayout layout, double gradientWork, Function<Problem, T> function) {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1)) {
            return function.apply(new Problem(backend, layout, new NoBatches(), 0, 100, gradientWork));
        }
    }

    /**
     * 20 × 30: 3 · 400 · (45 + 10) = 66,000; 4 × 20 by its Gram matrix: 16 · (30 + 26) = 896; 10 × 4: 16 · (15 + 26).
     */
    @Test
    void muon_makesOrthogonalWhatFitsIntoTheBound_theCheapestForANumberFirst() {
        String bound = "{type: muon, polynomials: minimax, most-work: 1}";
        assertEquals(List.of("0.weight", "1.weight", "2.weight"), affordable(bound, 66_000 + 896 + 656));
        assertEquals(List.of("1.weight", "2.weight"), affordable(bound, 66_000 + 896 + 655));
        assertEquals(List.of("1.weight"), affordable(bound, 896 + 655));
        assertEquals(List.of(), affordable(bound, 895));
        assertEquals(List.of(), affordable(bound, 655));
        assertEquals(
                List.of("0.weight", "1.weight", "2.weight"), affordable("muon", 1), "no bound, none of the last layer");
    }

    private static Direction muon(int hold) {
        return Methods.direction(muon("", hold));
    }

    private static String muon(String decay, int hold) {
        return "{type: muon, " + decay + "polynomials: minimax, hold: " + hold
                + ", most-work: 0.4, block-size: 128, cautious: true}";
    }

    /** Of all matrices of {@link #dense()}. */
    private static final double ALL = 66_000 + 896 + 656;

    @Test
    void choice_goesByTheWork() {
        Direction.Auto auto = (Direction.Auto) Methods.direction("auto");
        Direction whole = Methods.direction("{type: soap, image-axes: true, hold: 2}");
        double soap = work("{type: soap, image-axes: true, hold: 2}", dense());
        assertEquals(whole, with(soap * 1.001, auto::choice));
        assertEquals(muon(2), with(soap * 0.999, auto::choice));
        assertEquals(muon(2), with(ALL / (2 * 0.4) + 1, auto::choice));
        assertEquals(muon(4), with(ALL / (2 * 0.4) - 1, auto::choice));
        assertEquals(muon(4), with(ALL / (4 * 0.4) - 1, auto::choice), "for the matrices that fit");
        assertEquals(muon(4), with((656 + 896) / (4 * 0.4) + 1, auto::choice));
        assertEquals(Methods.direction("{type: adam, cautious: true}"), with(100, auto::choice));
        assertEquals(whole, with(Double.POSITIVE_INFINITY, auto::choice));
    }

    /** 4 × 27 by its Gram matrix: 16 · (40.5 + 26) = 1,064; 5 × 4: 3 · 16 · (7.5 + 2) = 456. */
    @Test
    void matricesThatAreCheapBesideTheGradient_areNotHeld() {
        ParameterLayout kernels = new ParameterLayout.Builder()
                .add("0.weight", Role.WEIGHT, 0, 1, 4, 3, 3, 3)
                .add("1.weight", Role.WEIGHT, 1, 1, 5, 4)
                .add("2.weight", Role.WEIGHT, 2, 1, 3, 5)
                .build();
        Direction.Auto auto = (Direction.Auto) Methods.direction("auto");
        assertEquals(muon(1), with(kernels, (1_064 + 456) / 0.4 + 1, auto::choice));
        assertEquals(muon(2), with(kernels, (1_064 + 456) / 0.4 - 1, auto::choice));
        assertEquals(
                Optional.of("muon for all hidden weights, adam for the rest"),
                with(kernels, (1_064 + 456) / 0.4 + 1, auto::choiceFor));
    }

    /** One layer, of which nothing is made orthogonal. */
    @Test
    void networkWithoutHiddenMatrices_followsAdam() {
        ParameterLayout one = new ParameterLayout.Builder()
                .add("0.weight", Role.WEIGHT, 0, 1, 40, 30)
                .add("0.bias", Role.BIAS, 0, 1, 40)
                .build();
        Direction.Auto auto = (Direction.Auto) Methods.direction("auto");
        assertEquals(Methods.direction("{type: adam, cautious: true}"), with(one, 3_000, auto::choice));
    }

    /** 20 × 30 in blocks of 10: twice 100 · (45 + 65) = 11,000 by Gram matrices instead of 66,000. */
    @Test
    void blocks_takeLess() {
        String blocks = "{type: muon, polynomials: minimax, most-work: 1, block-size: 10}";
        assertEquals(List.of("0.weight", "1.weight", "2.weight"), affordable(blocks, 22_000 + 896 + 656));
        assertEquals(List.of("1.weight", "2.weight"), affordable(blocks, 22_000 + 896 + 655));
    }

    private static double work(String soap, ParameterLayout layout) {
        return new TurnedAxes((Direction.Soap) Methods.direction(soap)).work(layout);
    }

    /** What a key says that is left out is what its direction says of it. */
    @Test
    void choices_withDecay_areThoseOfAFile_andDecayAlike() {
        Direction.Auto auto = (Direction.Auto) Methods.direction("{type: auto, weight-decay: 0.25}");
        List<String> files = List.of(
                "{type: soap, weight-decay: 0.25, image-axes: true, hold: 2}",
                muon("weight-decay: 0.25, ", 4),
                "{type: adamw, weight-decay: 0.25, cautious: true}");
        double[] work = {1e9, (896 + 656) / (4 * 0.4) + 1, 100};
        double[][] gradients = DirectionRuns.gradients(6, 2, dense().size());
        for (int i = 0; i < 3; i++) {
            Direction decaying = with(work[i], auto::choice);
            assertEquals(Methods.direction(files.get(i)), decaying);
            double[][] plain = steps((Direction.Auto) Methods.direction("auto"), work[i], gradients);
            double[][] decayed = steps(auto, work[i], gradients);
            for (int t = 0; t < 2; t++) {
                for (int k = 0; k < plain[t].length; k++) {
                    assertEquals(plain[t][k] + 0.25 * 2, decayed[t][k], 1e-13, files.get(i) + ", step " + t);
                }
            }
        }
    }

    /** u of each step, with θ = 2 throughout. */
    private static double[][] steps(Direction.Auto auto, double gradientWork, double[][] gradients) {
        return with(gradientWork, problem -> {
            Backend backend = problem.backend();
            double[][] result = new double[gradients.length][dense().size()];
            try (Tensor gradient = backend.allocate(dense().size());
                    Tensor theta = backend.allocate(dense().size());
                    Direction.Running running = auto.start(problem, gradient)) {
                backend.fill(theta, 2);
                for (int t = 0; t < gradients.length; t++) {
                    backend.fromHost(gradients[t], 0, gradient);
                    backend.toHost(running.next(theta), result[t], 0);
                }
            }
            return result;
        });
    }

    @Test
    void choice_isSaid() {
        Direction.Auto auto = (Direction.Auto) Methods.direction("auto");
        assertEquals(
                Optional.of("muon for 1.weight, 2.weight, held for 4 steps, adam for the rest"),
                with((896 + 656) / (4 * 0.4) + 1, auto::choiceFor));
        assertEquals(Optional.of("adam"), with(100, auto::choiceFor));
        assertEquals(Optional.of("adamw"), with(100, Methods.direction("{type: auto, weight-decay: 0.1}")::choiceFor));
        assertEquals(Optional.of("soap, held for 2 steps"), with(1e9, auto::choiceFor));
        assertEquals(Optional.empty(), with(1e9, Methods.direction("adam")::choiceFor));
    }

    /** Two axes of 20 and 30, three more matrices; by hand for the block of 20 × 30. */
    @Test
    void workOfSoap_countsTurnsFactorsAndRefreshes() {
        ParameterLayout one = new ParameterLayout.Builder()
                .add("w", Role.WEIGHT, 0, 1, 20, 30)
                .add("b", Role.BIAS, 0, 1, 20)
                .build();
        double turns = 2.5 * 600 * 50;
        double refreshes = (20 * (6 * 400 + 1200) + 30 * (6 * 900 + 1200)) / 10.0;
        assertEquals(turns + refreshes, work("soap", one), 1e-6);
    }

    private static double least(double[] range, Polynomials polynomials, boolean largest) {
        double result = largest ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i <= 100_000; i++) {
            double sigma = range[0] * Math.pow(range[1] / range[0], i / 1e5);
            for (double[] p : polynomials.coefficients()) {
                double square = sigma * sigma;
                sigma *= p[0] + square * (p[1] + square * p[2]);
            }
            result = largest ? Math.max(result, sigma) : Math.min(result, sigma);
        }
        return result;
    }

    @Test
    void polynomials_takeSingularValuesWhereTheyAreSaidToGo() {
        double[] range = {0.01, 1};
        assertEquals(0.7306, least(range, Polynomials.MINIMAX, false), 1e-3);
        assertEquals(1.2694, least(range, Polynomials.MINIMAX, true), 1e-3);
        assertTrue(least(new double[] {0.002, 1}, Polynomials.JORDAN, false) > 0.6);
        assertTrue(least(new double[] {0.002, 1}, Polynomials.JORDAN, true) < 1.21);
    }

    /** The last error of each has four extrema of equal size and alternating sign: no other quintic is nearer to 1. */
    @Test
    void minimax_isEqualAtItsExtrema() {
        double low = 0.01;
        double high = 1;
        for (double[] p : Polynomials.MINIMAX.coefficients()) {
            double root = Math.sqrt(9 * p[1] * p[1] - 20 * p[0] * p[2]);
            double[] at = {
                low, Math.sqrt((-3 * p[1] - root) / (10 * p[2])), Math.sqrt((-3 * p[1] + root) / (10 * p[2])), high
            };
            double[] errors = new double[4];
            for (int i = 0; i < 4; i++) {
                errors[i] = 1 - (p[0] * at[i] + p[1] * Math.pow(at[i], 3) + p[2] * Math.pow(at[i], 5));
            }
            for (int i = 1; i < 4; i++) {
                assertEquals(-errors[i - 1], errors[i], 2e-4);
            }
            low = 1 - Math.abs(errors[0]);
            high = 1 + Math.abs(errors[0]);
        }
    }
}
