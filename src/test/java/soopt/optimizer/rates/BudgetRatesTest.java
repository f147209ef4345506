package soopt.optimizer.rates;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import soopt.backend.Precision;
import soopt.backend.engine.Backends;
import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.optimizer.Methods;
import soopt.optimizer.step.NoBatches;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.RateSolution;

final class BudgetRatesTest {
    private static final int[] SIZES = {400, 25, 100};

    private static Partition layers(int... sizes) {
        ParameterLayout.Builder builder = new ParameterLayout.Builder();
        for (int layer = 0; layer < sizes.length; layer++) {
            builder.add("fc" + layer + ".weight", Role.WEIGHT, layer, 1, 1, sizes[layer]);
        }
        return new Partitioning.Layers().of(builder.build());
    }

    private static Rates.Budget options(double spread, double calibrate, double floor) {
        return new Rates.Budget(Optional.of(0.05), Rates.Budget.Shares.LAYERS, spread, 4, calibrate, floor);
    }

    private static BudgetRates rates(double spread, long steps, int... sizes) {
        return new BudgetRates(options(spread, 1, 0), 0.05, layers(sizes), steps);
    }

    private static CurvatureSummary summary(double[] gradient, double[][] hessian) {
        return new CurvatureSummary(1, gradient, hessian, new double[0], new double[0][][]);
    }

    /**
     * The k-th of many summaries of three groups that change, along u_s times scale_s, of the loss times a constant.
     */
    private static CurvatureSummary sample(int k, double[] scale, double times) {
        Random random = new Random(k);
        double[] middle = {30, 4, 900};
        double[] gradient = new double[3];
        double[][] hessian = new double[3][3];
        for (int s = 0; s < 3; s++) {
            gradient[s] = times * scale[s] * 40 * random.nextGaussian();
            for (int t = 0; t <= s; t++) {
                double entry = (s == t ? 0.3 + random.nextDouble() : random.nextDouble() - 0.5)
                        * Math.sqrt(middle[s] * middle[t]);
                hessian[s][t] = times * entry * scale[s] * scale[t];
                hessian[t][s] = hessian[s][t];
            }
        }
        return summary(gradient, hessian);
    }

    /** The rates after each of many summaries. */
    private static List<BudgetRates.Found> course(double spread, double[] scale, double times) {
        BudgetRates rates = rates(spread, 2000, SIZES);
        List<BudgetRates.Found> found = new ArrayList<>();
        for (int t = 0; t < 700; t++) {
            boolean due = rates.isDue();
            rates.observe(times * (2.3 - t * 0.003 + 0.1 * Math.sin(t)));
            if (due) {
                // u becomes shorter at once twice
                double shrunk = t < 4 ? 1 : t < 300 ? 0.25 : 0.0625;
                double[] along = Arrays.stream(scale).map(x -> x * shrunk).toArray();
                double[] lengths = {10 * along[0], 3 * along[1], 8 * along[2]};
                found.add(rates.refresh(sample(t, along, times), lengths));
            }
        }
        return found;
    }

    /** Scales are powers of 2, so that every digit stays: the spread and the growth know of no scale either. */
    @Test
    void groupInOtherUnits_hasTheSameStep() {
        for (double spread : new double[] {1, 1.3, 3, 1000}) {
            double[] scale = {8, 0.25, 1024};
            List<BudgetRates.Found> plain = course(spread, new double[] {1, 1, 1}, 1);
            List<BudgetRates.Found> scaled = course(spread, scale, 1);
            for (int i = 0; i < plain.size(); i++) {
                double[] used = scaled.get(i).used();
                for (int s = 0; s < 3; s++) {
                    double expected = plain.get(i).used()[s];
                    assertEquals(expected, used[s] * scale[s], 1e-12 * expected, spread + ", summary " + i);
                }
            }
        }
    }

    @Test
    void lossTimesAConstant_changesNothing() {
        List<BudgetRates.Found> plain = course(3, new double[] {1, 1, 1}, 1);
        List<BudgetRates.Found> scaled = course(3, new double[] {1, 1, 1}, 1000);
        for (int i = 0; i < plain.size(); i++) {
            assertArrayEquals(
                    plain.get(i).used(),
                    scaled.get(i).used(),
                    1e-12 * plain.get(i).used()[0]);
        }
    }

    @Test
    void rates_growByNoMoreThanTheirBound_andFallFreely() {
        List<BudgetRates.Found> course = course(1000, new double[] {1, 1, 1}, 1);
        boolean limited = false;
        for (int i = 1; i < course.size(); i++) {
            double bound = i < BudgetRates.FIRST ? BudgetRates.FIRST_GROWTH : BudgetRates.GROWTH;
            for (int s = 0; s < 3; s++) {
                double before = course.get(i - 1).used()[s];
                double within = course.get(i).within()[s];
                double used = course.get(i).used()[s];
                assertEquals(Math.min(within, bound * before), used, 1e-14 * used);
                assertEquals(used < within, course.get(i).solution().limited()[s]);
                limited |= used < within;
            }
        }
        assertTrue(limited, "nothing was held back: the test shows nothing");
    }

    @Test
    void spread_holdsStepsNearTheCommonOne() {
        List<BudgetRates.Found> course = course(1, new double[] {1, 1, 1}, 1);
        double[] lengths = {10, 3, 8}; // times what is common to all
        for (BudgetRates.Found found : course) {
            double[] within = found.within();
            double first = within[0] * lengths[0] / Math.sqrt(SIZES[0]);
            for (int s = 0; s < 3; s++) {
                assertEquals(first, within[s] * lengths[s] / Math.sqrt(SIZES[s]), 1e-13 * first, "√P of the group");
            }
        }
    }

    @Test
    void firstRates_promiseNoMoreThanAllOfTheLoss() {
        BudgetRates rates = rates(3, 1000, 4);
        rates.observe(2);
        double[] used = rates.refresh(summary(new double[] {500}, new double[][] {{1e-9}}), new double[] {2})
                .used();
        assertEquals(2.0 / 500, used[0], 1e-15);
    }

    @Test
    void summaries_comeAtPowersOf2_thenEvery20Steps_inTheFirstPart() {
        assertEquals(List.of(0, 1, 2, 4, 8, 16, 20, 40, 60, 80), summaries(600));
    }

    /** 15 % of 3,000 steps are 450, a tenth of which is 45: as many summaries as 200 have. */
    @Test
    void summariesOfALongRun_areNoMore() {
        assertEquals(List.of(0, 1, 2, 4, 8, 16, 45, 90, 135, 180, 225, 270, 315, 360, 405), summaries(3_000));
        assertEquals(List.of(0, 1, 2, 4, 8, 16, 21, 42, 63, 84, 105, 126, 147, 168, 189), summaries(1_340));
    }

    private static List<Integer> summaries(int steps) {
        Partition partition = layers(4);
        BudgetRates rates = new BudgetRates(options(3, 0.15, 0), 0.05, partition, steps);
        List<Integer> due = new ArrayList<>();
        boolean last = false;
        for (int t = 0; t < steps; t++) {
            boolean isDue = rates.isDue();
            rates.observe(1);
            if (isDue) {
                assertFalse(last, "a summary after the last");
                due.add(t);
                last = rates.refresh(summary(new double[] {0}, new double[][] {{1}}), new double[] {1})
                        .solution()
                        .last();
            }
        }
        assertTrue(last);
        return due;
    }

    @Test
    void summaryThatIsNotFinite_leavesEverythingAsItIs() {
        BudgetRates rates = rates(3, 1000, 4);
        rates.observe(1);
        double[] before = rates.refresh(summary(new double[] {0}, new double[][] {{4}}), new double[] {1})
                .used();
        rates.observe(Double.NaN);
        BudgetRates.Found found =
                rates.refresh(summary(new double[] {0}, new double[][] {{Double.NaN}}), new double[] {1});
        assertEquals(CubicStep.Status.NOT_FINITE, found.solution().status());
        assertArrayEquals(before, rates.rates());
        assertArrayEquals(before, found.used());
        rates.observe(1);
        assertEquals(
                4,
                rates.refresh(summary(new double[] {0}, new double[][] {{4}}), new double[] {1})
                        .solution()
                        .perLength()[0][0]);
    }

    @Test
    void groupThatDoesNotMove_takesTheOneRate_andKeepsItsCurvature() {
        BudgetRates rates = rates(3, 1000, 4, 4);
        rates.observe(1);
        double[][] hessian = {{4, 0}, {0, 0}};
        BudgetRates.Found found = rates.refresh(summary(new double[2], hessian), new double[] {2, 0});
        assertEquals(CubicStep.Status.CONVERGED, found.solution().status());
        assertEquals(Math.sqrt(0.05 / 4), found.used()[1], 1e-15);
        assertEquals(1, found.solution().perLength()[0][0]);
        assertEquals(0, found.solution().perLength()[1][1]);
    }

    @Test
    void floor_isTakenOffTheLoss() {
        BudgetRates rates = new BudgetRates(options(3, 1, 1.5), 0.05, layers(4), 100);
        rates.observe(2);
        double[] used = rates.refresh(summary(new double[] {0}, new double[][] {{4}}), new double[] {1})
                .used();
        assertEquals(Math.sqrt(0.05 * 0.5 / 4), used[0], 1e-16);
    }

    @Test
    void kappa_isThatOfTheFile_orSuitsTheDirection_andTheSizeOfTheNetwork() {
        Problem dense = problem(new ParameterLayout.Builder().add("w", Role.WEIGHT, 0, 1, 3, 4));
        Problem kernels = problem(new ParameterLayout.Builder().add("w", Role.WEIGHT, 0, 1, 3, 4, 5, 5));
        Rates.Budget none = budget(Optional.empty());
        Map<String, Double> expected = Map.of(
                "sgd",
                0.02,
                "adam",
                0.02,
                "adamw",
                0.02,
                "adahessian",
                0.02,
                "k-fac",
                0.01,
                "ekfac",
                0.01,
                "shampoo",
                0.01,
                "muon",
                0.01,
                "soap",
                0.0013);
        expected.forEach((direction, kappa) -> {
            assertEquals(kappa, none.kappa(Methods.direction(direction), dense), direction);
            assertEquals(kappa, none.kappa(Methods.direction(direction), kernels), direction);
        });
        assertEquals(
                0.0013,
                none.kappa(Methods.direction("auto"), dense),
                "a gradient of unknown cost: soap, held for two steps");
        assertEquals(0.0013, none.kappa(Methods.direction("{type: soap, hold: 9}"), dense));
        assertEquals(0.01 / 2, none.kappa(Methods.direction("{type: muon, hold: 16}"), dense));
        // 8, 50 and 1000 times as many parameters as a LeNet-5 has
        for (int times : new int[] {8, 50, 1000}) {
            Problem larger = problem(new ParameterLayout.Builder().add("w", Role.WEIGHT, 0, 1, 62 * times, 1000));
            double parameters = 62_000.0 * times;
            assertEquals(0.01, none.kappa(Methods.direction("muon"), larger), "the last layer is none of its matrices");
            Problem hidden = problem(new ParameterLayout.Builder()
                    .add("w", Role.WEIGHT, 0, 1, 62 * times, 1000)
                    .add("v", Role.WEIGHT, 1, 1, 62, 62 * times));
            assertEquals(0.01, none.kappa(Methods.direction("muon"), hidden), "it is of kernels");
            Problem convolution = problem(new ParameterLayout.Builder()
                    .add("w", Role.WEIGHT, 0, 1, 62 * times, 40, 5, 5)
                    .add("v", Role.WEIGHT, 1, 1, 62, 62 * times));
            assertEquals(
                    Math.max(0.01, Math.min(0.2, parameters / 5e7)),
                    none.kappa(Methods.direction("muon"), convolution),
                    1e-12);
            assertEquals(0.01, none.kappa(Methods.direction("k-fac"), larger));
            assertEquals(0.0013 * Math.sqrt(times), none.kappa(Methods.direction("soap"), larger), 1e-12);
            assertEquals(0.2, budget(Optional.of(0.2)).kappa(Methods.direction("soap"), larger));
        }
        Problem costly = new Problem(dense.backend(), dense.layout(), dense.batches(), 0, 100, 10);
        assertEquals(0.02, none.kappa(Methods.direction("auto"), costly), "adam");
        assertEquals(0.02, none.kappa(Methods.direction("{type: auto, weight-decay: 0.1}"), costly), "adamw");
        assertEquals(0.2, budget(Optional.of(0.2)).kappa(Methods.direction("muon"), kernels));
    }

    private static Rates.Budget budget(Optional<Double> kappa) {
        return new Rates.Budget(kappa, Rates.Budget.Shares.TENSORS, 3, 20, 0.15, 0);
    }

    private static Problem problem(ParameterLayout.Builder layout) {
        return new Problem(Backends.cpu(Precision.FLOAT64, 1), layout.build(), new NoBatches(), 0);
    }

    @Test
    void groups_areTensorsOrLayersOrAll() {
        ParameterLayout layout = new ParameterLayout.Builder()
                .add("0.weight", Role.WEIGHT, 0, 1, 2, 1, 3, 3)
                .add("0.bias", Role.BIAS, 0, 1, 3)
                .add("1.weight", Role.WEIGHT, 1, 1, 2, 3)
                .build();
        assertEquals(3, Rates.Budget.Shares.TENSORS.of(layout).size());
        assertEquals(2, Rates.Budget.Shares.LAYERS.of(layout).size());
        assertEquals(1, Rates.Budget.Shares.ONE.of(layout).size());
        assertEquals(1, Arrays.stream(CurvatureBudget.shares(SIZES)).sum(), 1e-15);
    }

    /** At the n-th summary the k-th counts with 3k (k − 1) / ((n − 1) n (n + 1)). */
    @Test
    void meanCurvature_remembersTheLastThird_andNotTheFirst() {
        BudgetRates rates = rates(3, 1000, 4);
        rates.observe(1);
        int n = 10;
        double expected = 0;
        double mean = 0;
        for (int k = 1; k <= n; k++) {
            double[][] hessian = {{k == 1 ? 1e6 : k * k}};
            expected += 3.0 * k * (k - 1) / ((n - 1) * n * (n + 1)) * hessian[0][0];
            mean = rates.refresh(summary(new double[] {0}, hessian), new double[] {1})
                    .solution()
                    .perLength()[0][0];
        }
        assertEquals(expected, mean, 1e-9);
    }

    @Test
    void budget_isOfTheFirstLossThatIsFinite() {
        BudgetRates rates = rates(3, 1000, 4);
        IntStream.range(0, 9).forEach(t -> rates.observe(t == 0 ? Double.NaN : 3.0 / t));
        RateSolution.Budget solution = rates.refresh(summary(new double[] {0}, new double[][] {{1}}), new double[] {1})
                .solution();
        assertEquals(3, solution.initialLoss());
        assertEquals(0.05 * 3, solution.budget(), 1e-16);
    }
}
