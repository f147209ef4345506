package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Tensor;
import soopt.backend.dense.SymmetricEigen;
import soopt.cli.options.ExitCode;
import soopt.cli.options.SpecArguments;
import soopt.curvature.Linearization;
import soopt.curvature.Partition;
import soopt.data.fetch.Store;
import soopt.experiment.Workbench;
import soopt.experiment.file.Experiment;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;
import soopt.optimizer.system.Matrix;
import soopt.spec.SpecSource;

/** {@code soopt spectrum} on a network small enough for its matrices to be formed. */
class SpectrumTest {
    private static final int EXAMPLES = 30;

    @TempDir
    Path folder;

    private Path spec;

    @BeforeEach
    void write() throws IOException {
        Random random = new Random(1);
        double[] x = random.doubles(4 * EXAMPLES, -1, 1).toArray();
        long[] y = IntStream.range(0, EXAMPLES)
                .mapToLong(i -> x[4 * i] * x[4 * i + 1] > 0 ? 2 : x[4 * i + 2] > 0 ? 1 : 0)
                .toArray();
        NpzFile.write(
                folder.resolve("data.npz"), Map.of("x", NpyArray.of(x, EXAMPLES, 4), "y", NpyArray.of(y, EXAMPLES)));
        spec = Files.writeString(folder.resolve("small.yaml"), """
                experiment: small
                dataset: {type: npz, train: data.npz, test: data.npz}
                model: {type: mlp, hidden: [5], activation: tanh}
                optimizer: {type: newton-summary, step-size: 0.3, period: 2, average: none}
                training: {epochs: 3, batch-size: 10, evaluation-batch-size: 100}
                precision: float64
                threads: 1
                """);
    }

    /** Eigenvalues ascending, vectors in rows. */
    private record Dense(double[][] matrix, double[] values, double[][] vectors, Partition partition) {
        double largest() {
            return Math.max(-values[0], values[values.length - 1]);
        }

        double trace() {
            return Arrays.stream(values).sum();
        }

        /** Index of the k-th by falling |λ|. */
        int leading(int k) {
            return IntStream.range(0, values.length)
                    .boxed()
                    .sorted((i, j) -> Double.compare(Math.abs(values[j]), Math.abs(values[i])))
                    .toList()
                    .get(k);
        }
    }

    /** Column by column, by products. */
    private Dense dense(Matrix matrix, int limit, String... overrides) {
        SpecSource source = SpecSource.read(spec).with(List.of(overrides));
        Experiment experiment = SpecArguments.bind(source);
        try (Workbench bench =
                new Workbench(experiment, experiment.dataset().load(new Store(folder, true)), experiment.precision())) {
            int size = bench.network().layout().size();
            double[] values = new double[size * size];
            Tensor unit = bench.vector();
            Tensor column = bench.vector();
            try (Linearization here = bench.whole(bench.train(), limit, EXAMPLES, (done, of) -> {})
                    .at(bench.initial(), matrix.use())) {
                for (int i = 0; i < size; i++) {
                    double[] one = new double[size];
                    one[i] = 1;
                    bench.backend().fromHost(one, 0, unit);
                    matrix.times(here, unit, column);
                    bench.backend().toHost(column, values, i * size);
                }
            }
            SymmetricEigen eigen = SymmetricEigen.of(values, size).orElseThrow();
            return new Dense(
                    rows(values, size),
                    eigen.values(),
                    rows(eigen.vectors(), size),
                    experiment.partition(bench.network().layout()));
        }
    }

    private static double[][] rows(double[] values, int size) {
        double[][] rows = new double[size][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(values, i * size, (i + 1) * size));
        return rows;
    }

    private JsonNode spectrum(Object... more) throws IOException {
        List<Object> words = new ArrayList<>(List.of("spectrum", spec, "--json"));
        words.addAll(List.of(more));
        return new ObjectMapper()
                .readTree(Cli.run(words.toArray()).expect(ExitCode.OK).out());
    }

    private static double[] numbers(JsonNode array) {
        return IntStream.range(0, array.size())
                .mapToDouble(i -> array.path(i).asDouble(Double.NaN))
                .toArray();
    }

    @ParameterizedTest
    @CsvSource({"HESSIAN, hessian, 0", "GAUSS_NEWTON, gauss_newton, 0", "HESSIAN, hessian, 12"})
    void leadingPairs_areThoseOfTheDenseMatrix(Matrix matrix, String key, int limit) throws IOException {
        Dense dense = dense(matrix, limit);
        JsonNode found = spectrum("--limit", limit, "--top", 4, "--steps", 32, "--probes", 1)
                .path(key);
        assertEquals(dense.values().length, found.path("size").asInt());
        for (int k = 0; k < 4; k++) {
            int at = dense.leading(k);
            assertEquals(
                    dense.values()[at], found.path("eigenvalues").path(k).asDouble(), 1e-8 * dense.largest(), "λ " + k);
            assertTrue(found.path("residuals").path(k).asDouble() < 1e-8 * dense.largest());
            double[] shares = numbers(found.path("shares").path(k));
            assertEquals(1, Arrays.stream(shares).sum(), 1e-12);
            assertArrayEquals(dense.partition().squares(dense.vectors()[at]), shares, 1e-6, "vector " + k);
        }
        assertTrue(found.path("converged").asInt() >= 4, found.toString());
        assertEquals("limit", found.path("lanczos_ending").asText());
    }

    /** Few steps: the residual that is printed bounds the distance to the nearest eigenvalue. */
    @Test
    void residual_boundsTheErrorOfAPairThatHasNotConverged() throws IOException {
        Dense dense = dense(Matrix.HESSIAN, 0);
        JsonNode found =
                spectrum("--top", 4, "--steps", 5, "--matrix", "hessian").path("hessian");
        double[] values = numbers(found.path("eigenvalues"));
        double[] residuals = numbers(found.path("residuals"));
        assertTrue(Arrays.stream(residuals).max().orElseThrow() > 1e-3 * dense.largest(), "not converged");
        for (int k = 0; k < 4; k++) {
            double value = values[k];
            double nearest = Arrays.stream(dense.values())
                    .map(lambda -> Math.abs(lambda - value))
                    .min()
                    .orElseThrow();
            assertTrue(nearest <= residuals[k] + 1e-12, k + ": " + nearest + " > " + residuals[k]);
        }
    }

    @Test
    void trace_isTheDenseTrace_withinItsError() throws IOException {
        int seeds = 8;
        List<JsonNode> found = new ArrayList<>();
        for (int seed = 1; seed <= seeds; seed++) {
            found.add(spectrum("--steps", 40, "--probes", 1, "--matrix", "hessian,gauss-newton", "--seed", seed));
        }
        for (Matrix matrix : Matrix.values()) {
            String key = matrix == Matrix.HESSIAN ? "hessian" : "gauss_newton";
            Dense dense = dense(matrix, 0);
            double off = 0;
            for (int i = 0; i < dense.values().length; i++) {
                for (int j = 0; j < i; j++) {
                    off += 2 * dense.matrix()[i][j] * dense.matrix()[i][j];
                }
            }
            double sum = 0;
            double squares = 0;
            for (JsonNode one : found) {
                double error = one.path(key).path("trace_error").asDouble();
                assertEquals(40, one.path(key).path("trace_samples").asInt());
                assertEquals(Math.sqrt(2 * off / 40), error, 0.5 * error, "a sample has variance 2 Σ A_ij², i ≠ j");
                sum += one.path(key).path("trace").asDouble() / seeds;
                squares += error * error / seeds / seeds;
            }
            assertEquals(dense.trace(), sum, 4 * Math.sqrt(squares), key);
        }
    }

    /** Σ_i ω_i θ_i^m estimates tr(H^m)/P; the smoothed density has integral 1 and the mean of the rules. */
    @Test
    void density_hasIntegral1_andTheMomentsOfTheMatrix() throws IOException {
        Dense dense = dense(Matrix.HESSIAN, 0);
        int size = dense.values().length;
        Path out = folder.resolve("out");
        JsonNode found = spectrum("--steps", 12, "--probes", 80, "--matrix", "hessian", "--out", out)
                .path("hessian");
        for (int m = 0; m <= 4; m++) {
            double[] samples = new double[80];
            for (int i = 0; i < 80; i++) {
                double[] nodes = numbers(found.path("nodes").path(i));
                double[] weights = numbers(found.path("weights").path(i));
                for (int j = 0; j < nodes.length; j++) {
                    samples[i] += weights[j] * Math.pow(nodes[j], m);
                }
            }
            double mean = Arrays.stream(samples).average().orElseThrow();
            double variance =
                    Arrays.stream(samples).map(v -> (v - mean) * (v - mean)).sum() / 79;
            int power = m;
            double exact = Arrays.stream(dense.values())
                            .map(lambda -> Math.pow(lambda, power))
                            .sum()
                    / size;
            assertEquals(exact, mean, 4 * Math.sqrt(variance / 80) + 1e-12, "moment " + m);
            assertEquals(m == 0, variance < 1e-20, "vectors differ");
        }
        List<String> lines = Files.readAllLines(out.resolve("density.csv"));
        assertEquals("matrix,eigenvalue,density", lines.get(0));
        double integral = 0;
        double first = 0;
        double step = 0;
        double before = Double.NaN;
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",");
            double at = Double.parseDouble(cells[1]);
            step = at - before;
            before = at;
            integral += Double.parseDouble(cells[2]);
            first += Double.parseDouble(cells[2]) * at;
        }
        assertEquals(1, integral * step, 1e-3);
        assertEquals(dense.trace() / size, first * step, 0.05 * dense.largest());
    }

    /** With as many steps as there are parameters the share near zero is that of the dense eigenvalues. */
    @Test
    void shareNearZero_isThatOfTheDenseEigenvalues() throws IOException {
        Dense dense = dense(Matrix.HESSIAN, 0);
        double near = Arrays.stream(dense.values())
                        .filter(lambda -> Math.abs(lambda) < 0.01 * dense.largest())
                        .count()
                / (double) dense.values().length;
        JsonNode found =
                spectrum("--steps", 100, "--probes", 60, "--matrix", "hessian").path("hessian");
        assertTrue(near > 0.1 && near < 0.9, "worth a look: " + near);
        assertEquals(
                near,
                found.path("near_zero_share").asDouble(),
                4 * found.path("near_zero_error").asDouble());
        assertEquals(1, Arrays.stream(numbers(found.path("spread"))).sum(), 1e-12);
    }

    /** The error that is printed covers what few steps miss. */
    @ParameterizedTest
    @ValueSource(ints = {4, 6, 8, 12})
    void errorOfTheShareNearZero_coversThatOfFewSteps(int steps) throws IOException {
        double all = spectrum("--steps", 100, "--probes", 20, "--matrix", "hessian")
                .path("hessian")
                .path("near_zero_share")
                .asDouble();
        JsonNode few = spectrum("--steps", steps, "--probes", 20, "--matrix", "hessian")
                .path("hessian");
        double error = few.path("near_zero_error").asDouble();
        assertEquals(all, few.path("near_zero_share").asDouble(), 3 * error);
        assertTrue(error > 0 && error < 0.5, "" + error);
    }

    /** Cauchy: with orthonormal columns Û, λ_i(H) ≤ λ_i(ÛᵀHÛ) ≤ λ_{P − S + i}(H). */
    @ParameterizedTest
    @ValueSource(strings = {"canonical", "blocks-2", "discrete"})
    void eigenvaluesOfHbarWithUnitDirections_interlaceThoseOfTheHessian(String name) throws IOException {
        String partition = "optimizer.partition=" + name;
        Dense dense = dense(Matrix.HESSIAN, 0, partition);
        JsonNode result = spectrum("--matrix", "summary", partition);
        JsonNode found = result.path("summary_unit");
        double[] values =
                Arrays.stream(numbers(found.path("eigenvalues"))).sorted().toArray();
        assertEquals(result.path("groups").size(), values.length);
        int beyond = dense.values().length - values.length;
        for (int i = 0; i < values.length; i++) {
            assertTrue(values[i] >= dense.values()[i] - 1e-10, "λ " + i);
            assertTrue(values[i] <= dense.values()[beyond + i] + 1e-10, "λ " + i);
        }
        assertEquals(found.path("trace").asDouble(), Arrays.stream(values).sum(), 1e-10);
        assertTrue(found.path("exact").asBoolean());
    }

    /** û_sᵀ H û_t by hand, and of one group uᵀHu / ‖u‖². */
    @Test
    void oneGroup_hasOneEigenvalue() throws IOException {
        JsonNode result = spectrum("optimizer.partition=trivial");
        double[] own = numbers(result.path("summary").path("eigenvalues"));
        double[] unit = numbers(result.path("summary_unit").path("eigenvalues"));
        double length = result.path("direction_lengths").path(0).asDouble();
        assertEquals(1, own.length);
        assertEquals(result.path("hbar").path(0).path(0).asDouble(), own[0], 1e-15);
        assertEquals(own[0] / (length * length), unit[0], 1e-12 * Math.abs(unit[0]));
        assertEquals(1, result.path("hessian").path("shares").path(0).path(0).asDouble());
        String text = Cli.run("spectrum", spec, "optimizer.partition=trivial")
                .expect(ExitCode.OK)
                .out();
        assertTrue(text.contains("H̄, ‖u_s‖ = 1"), text);
    }

    /** The mean over batches of 7, 7, 7, 7 and 2 examples, each with its number of them. */
    @Test
    void wholeSet_isTheMeanOfItsBatches() throws IOException {
        JsonNode whole = spectrum("--probes", 3, "--steps", 20);
        JsonNode pieces = spectrum("--probes", 3, "--steps", 20, "training.evaluation-batch-size=7");
        for (String key : List.of("hessian", "gauss_newton", "summary", "summary_unit")) {
            double[] expected = numbers(whole.path(key).path("eigenvalues"));
            assertArrayEquals(expected, numbers(pieces.path(key).path("eigenvalues")), 1e-10, key);
            assertEquals(
                    whole.path(key).path("trace").asDouble(),
                    pieces.path(key).path("trace").asDouble(),
                    1e-10,
                    key);
        }
        assertEquals(whole.path("loss").asDouble(), pieces.path("loss").asDouble(), 1e-12);
    }

    @Test
    void weightsOfARun_giveTheSpectrumThere() throws IOException {
        Cli.Result run = Cli.run("run", spec, "--results", folder.resolve("results"), "--json")
                .expect(ExitCode.OK);
        Path made = Path.of(new ObjectMapper()
                .readTree(run.out())
                .path("runs")
                .path(0)
                .path("folder")
                .asText());
        JsonNode start = spectrum("--matrix", "hessian").path("hessian");
        JsonNode end = spectrum("--matrix", "hessian", "--weights", made).path("hessian");
        Path weights = made.resolve("checkpoints").resolve("weights.npz");
        Dense dense = dense(Matrix.HESSIAN, 0, "model.init.from=" + weights);
        assertEquals(
                dense.values()[dense.leading(0)],
                end.path("eigenvalues").path(0).asDouble(),
                1e-8);
        assertTrue(Math.abs(start.path("eigenvalues").path(0).asDouble()
                        - end.path("eigenvalues").path(0).asDouble())
                > 1e-3);
        spectrum("--split", "test", "--weights", weights);
    }

    @Test
    void moreStepsThanParameters_areAsManyAsThere() throws IOException {
        Dense dense = dense(Matrix.HESSIAN, 0);
        int size = dense.values().length;
        JsonNode result = spectrum("--steps", 500, "--top", 500, "--probes", 1, "--matrix", "hessian");
        assertEquals(size, result.path("steps").asInt());
        assertEquals(500, result.path("steps_asked").asInt());
        JsonNode found = result.path("hessian");
        assertEquals("converged", found.path("lanczos_ending").asText());
        double[] values =
                Arrays.stream(numbers(found.path("eigenvalues"))).sorted().toArray();
        // H may be singular: its kernel is seen once
        for (double value : values) {
            double nearest = Arrays.stream(dense.values())
                    .map(lambda -> Math.abs(lambda - value))
                    .min()
                    .orElseThrow();
            assertEquals(0, nearest, 1e-10);
        }
        assertEquals(dense.values()[0], values[0], 1e-10);
        assertEquals(dense.values()[size - 1], values[values.length - 1], 1e-10);
    }

    @Test
    void stepsThatDoNotFitTheMemory_areFewer_andSaid() throws IOException {
        String memory = "curvature.memory=4 KiB";
        int size = dense(Matrix.HESSIAN, 0).values().length;
        int fitting = 4096 / (8 * size) - 1;
        assertTrue(fitting >= 4 && fitting < 30, size + " parameters");
        JsonNode result = spectrum("--steps", 30, "--probes", 3, memory);
        assertEquals(fitting, result.path("steps").asInt());
        assertEquals(fitting, result.path("hessian").path("nodes").path(2).size());
        String text = Cli.run("spectrum", spec, "--steps", 30, memory)
                .expect(ExitCode.OK)
                .out();
        assertTrue(text.contains(fitting + " Lanczos steps (of 30 asked for: more do not fit curvature.memory)"), text);
        String refusal = Cli.run("spectrum", spec, "curvature.memory=1 KiB")
                .expect(ExitCode.SPEC)
                .err();
        assertTrue(refusal.contains("curvature.memory: Lanczos keeps at least 3 vectors"), refusal);
    }

    @Test
    void files_haveTheNumbersOfTheJson() throws IOException {
        Path out = folder.resolve("out");
        JsonNode result = spectrum("--top", 3, "--out", out);
        assertEquals(
                result, new ObjectMapper().readTree(out.resolve("spectrum.json").toFile()));
        List<String> values = Files.readAllLines(out.resolve("eigenvalues.csv"));
        assertEquals("matrix,index,eigenvalue,residual", values.get(0));
        assertEquals(1 + 3 + 3 + 4 + 4, values.size(), "of H̄ all are written");
        assertTrue(values.get(2).startsWith("hessian,1,"), values.get(2));
        assertEquals(
                result.path("hessian").path("eigenvalues").path(1).asDouble(),
                Double.parseDouble(values.get(2).split(",")[2]));
        List<String> shares = Files.readAllLines(out.resolve("shares.csv"));
        assertEquals("matrix,index,group,share", shares.get(0));
        assertEquals(1 + 4 * 4 * 3, shares.size(), "4 matrices, 4 groups, 3 pairs");
        Map<String, Double> sums = shares.subList(1, shares.size()).stream()
                .map(line -> line.split(","))
                .collect(Collectors.groupingBy(
                        cells -> cells[0] + cells[1], Collectors.summingDouble(cells -> Double.parseDouble(cells[3]))));
        sums.forEach((pair, sum) -> assertEquals(1, sum, 1e-12, pair));
        List<String> spread = Files.readAllLines(out.resolve("spread.csv"));
        assertEquals(
                "matrix,size,smallest,largest,trace,trace_error,below_minus_10_percent,below_minus_1_percent,near_zero,"
                        + "above_1_percent,above_10_percent,near_zero_error",
                spread.get(0));
        assertEquals(
                List.of("hessian", "gauss-newton", "summary-unit", "summary"),
                spread.subList(1, 5).stream().map(line -> line.split(",")[0]).toList());
    }

    @Test
    void text_hasATableForEachMatrix_andOneLineForEachInTheLast() {
        String out = Cli.run("spectrum", spec).expect(ExitCode.OK).out();
        for (String heading : List.of("H, the Hessian", "G, the Gauss–Newton", "H̄ along", "Which part of the")) {
            assertTrue(out.contains(heading), out);
        }
        String last = out.substring(out.indexOf("Which part of the"));
        assertEquals(
                4,
                last.lines()
                        .filter(line -> line.matches("  (H|G|H̄|H̄, ‖u_s‖ = 1) .*%.*"))
                        .count(),
                last);
        assertTrue(last.contains("Near zero lie "), last);
        assertTrue(out.lines().allMatch(line -> line.length() <= 120), out);
    }

    @Test
    void parametersThatAreNotFinite_areSaid() throws IOException {
        Path weights = folder.resolve("weights.npz");
        NpzFile.write(
                weights,
                Map.of(
                        "layers.0.weight", NpyArray.of(filled(20, 1e200), 5, 4),
                        "layers.0.bias", NpyArray.of(new double[5], 5),
                        "layers.1.weight", NpyArray.of(filled(15, 1e308), 3, 5),
                        "layers.1.bias", NpyArray.of(new double[3], 3)));
        String out = Cli.run("spectrum", spec, "--weights", weights)
                .expect(ExitCode.OK)
                .out();
        assertTrue(out.contains("not finite"), out);
        JsonNode found = spectrum("--weights", weights).path("hessian");
        assertEquals("not_finite", found.path("lanczos_ending").asText());
    }

    @Test
    void manyGroups_areThoseWithTheLargestShares_andTheOthersTogether() {
        String out = Cli.run("spectrum", spec, "--matrix", "hessian", "--probes", 1, "optimizer.partition=discrete")
                .expect(ExitCode.OK)
                .out();
        assertTrue(out.contains("30 others "), out);
        assertTrue(out.contains(" from 1 vector;"), out);
        for (int k = 1; k <= 5; k++) {
            int column = k;
            double sum = out.lines()
                    .filter(line -> line.startsWith("  layers.") || line.contains(" others "))
                    .map(line -> line.strip().split("  +")[column])
                    .mapToDouble(cell -> Double.parseDouble(cell.replace("%", "")))
                    .sum();
            assertEquals(100, sum, 14 * 0.05, "of vector " + k);
        }
    }

    /** Behind weights that are 0 the gradient is 0. */
    @Test
    void groupsWithoutADirection_areLeftOutWhereLengthsAreDividedBy() throws IOException {
        Path weights = folder.resolve("weights.npz");
        NpzFile.write(
                weights,
                Map.of(
                        "layers.0.weight", NpyArray.of(filled(20, 0.1), 5, 4),
                        "layers.0.bias", NpyArray.of(new double[5], 5),
                        "layers.1.weight", NpyArray.of(new double[15], 3, 5),
                        "layers.1.bias", NpyArray.of(new double[3], 3)));
        JsonNode result = spectrum("--weights", weights, "--matrix", "summary");
        assertEquals(4, result.path("summary").path("size").asInt());
        assertEquals(2, result.path("summary_unit").path("size").asInt());
        assertEquals(
                0, result.path("summary_unit").path("shares").path(0).path(0).asDouble());
        String text = Cli.run("spectrum", spec, "--weights", weights, "--matrix", "summary")
                .expect(ExitCode.OK)
                .out();
        assertTrue(text.contains("2 eigenvalues, by |λ| (2 groups with u_s = 0 left out)"), text);
    }

    private static double[] filled(int n, double value) {
        double[] values = new double[n];
        Arrays.fill(values, value);
        return values;
    }
}
