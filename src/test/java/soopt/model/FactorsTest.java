package soopt.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.Golden;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.FullBatch;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.curvature.fisher.Augmented;
import soopt.curvature.fisher.FactorVisitor;
import soopt.curvature.fisher.FactoredLayer;
import soopt.curvature.fisher.OutputAdjoints;
import soopt.curvature.fisher.Sampler;
import soopt.model.loss.Loss;
import soopt.random.RandomStreams;

/** Kronecker factors of a batch against golden numbers, the dense Gauss–Newton matrix and plain sums. */
final class FactorsTest {
    private static final double TOLERANCE = 1e-12;
    private static final OutputAdjoints EXACT = new OutputAdjoints.Root();
    private static final OutputAdjoints EMPIRICAL = new OutputAdjoints.OfTargets();

    private final Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    /** A [(in + 1)²] and G [out²] by the index of the weight, row by row. */
    private record Factors(Map<Integer, double[]> a, Map<Integer, double[]> g) {}

    private static double[] host(Backend backend, Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    private Factors factors(Linearization pass, ParameterLayout layout, OutputAdjoints adjoints) {
        Factors factors = new Factors(new TreeMap<>(), new TreeMap<>());
        pass.factors(adjoints, new FactorVisitor() {
            @Override
            public void inputs(FactoredLayer layer) {
                int in = layout.get(layer.weight()).size()
                        / layout.get(layer.bias()).size();
                try (Tensor gram = zeros(in, in);
                        Tensor sums = zeros(in)) {
                    double corner = layer.addInputGram(1, gram, sums);
                    double[] g = host(backend, gram);
                    double[] s = host(backend, sums);
                    double[] a = new double[(in + 1) * (in + 1)];
                    for (int i = 0; i < in; i++) {
                        System.arraycopy(g, i * in, a, i * (in + 1), in);
                        a[i * (in + 1) + in] = s[i];
                        a[in * (in + 1) + i] = s[i];
                    }
                    a[a.length - 1] = corner;
                    factors.a.merge(layer.weight(), a, FactorsTest::sum);
                }
            }

            @Override
            public void adjoints(FactoredLayer layer) {
                int out = layout.get(layer.bias()).size();
                try (Tensor gram = zeros(out, out)) {
                    layer.addOutputGram(1, gram);
                    factors.g.merge(layer.weight(), host(backend, gram), FactorsTest::sum);
                }
            }
        });
        return factors;
    }

    private Tensor zeros(int... shape) {
        Tensor tensor = backend.allocate(shape);
        backend.fill(tensor, 0);
        return tensor;
    }

    private static double[] sum(double[] x, double[] y) {
        double[] sum = new double[x.length];
        Arrays.setAll(sum, i -> x[i] + y[i]);
        return sum;
    }

    /** The golden labels, in turn. */
    private record Given(Iterator<JsonNode> labels) implements Sampler {
        @Override
        public int label(double[] p, int from, int classes) {
            return labels.next().asInt();
        }

        @Override
        public double normal() {
            throw new AssertionError("no class");
        }
    }

    private record Case(Network network, Tensor theta, Objective batch, JsonNode json) {}

    private Case golden(String name) {
        JsonNode json = Golden.read("trajectory/" + name + ".json");
        Network network = GoldenNetworks.network(json).orElseThrow();
        JsonNode batch = json.get("train_batches").get(0);
        return new Case(
                network,
                GoldenNetworks.flat(backend, network.layout(), json.get("params0")),
                network.objective(
                        backend,
                        GoldenNetworks.inputs(backend, batch.get("x")),
                        GoldenNetworks.targets(backend, batch.get("y"))),
                json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kfac_mlp", "kfac_conv"})
    void factorsOfSampledLabels_areTheGoldenOnes(String name) {
        Case c = golden(name);
        OutputAdjoints drawn = new OutputAdjoints.Drawn(
                List.of(new Given(c.json.get("sampled_labels").get("0").iterator())));
        try (Linearization pass = c.batch.at(c.theta, Linearization.Use.GRADIENT)) {
            Factors factors = factors(pass, c.network.layout(), drawn);
            JsonNode step = c.json.get("steps").get(0);
            int layer = 0;
            for (int weight : factors.a.keySet()) {
                double[] a = Golden.numbers(step.get("batch_A").get(layer));
                assertTrue(Golden.relativeError(inMemory(a, c.network.layout().get(weight)), factors.a.get(weight))
                        <= TOLERANCE);
                double[] g = Golden.numbers(step.get("batch_G").get(layer));
                assertTrue(Golden.relativeError(g, factors.g.get(weight)) <= TOLERANCE);
                layer++;
            }
            assertEquals(step.get("batch_A").size(), layer);
        }
    }

    /** A of PyTorch's order of inputs, in that of memory. */
    private static double[] inMemory(double[] a, ParameterLayout.Parameter weight) {
        int in = weight.size() / weight.shape().get(0);
        int[] position = new int[in + 1];
        Arrays.setAll(position, i -> i < in ? weight.position(i) : in);
        double[] turned = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            turned[position[i / (in + 1)] * (in + 1) + position[i % (in + 1)]] = a[i];
        }
        return turned;
    }

    private static Network linear() {
        return new LayerList(new int[] {4})
                .dense("a", 3, false)
                .dense("b", 5, false)
                .dense("c", 2, false)
                .network(Loss.MEAN_SQUARED_ERROR);
    }

    private double[] normal(int n, String stream) {
        Sampler sampler = new Sampler.Random(RandomStreams.of(7, stream, 0));
        double[] values = new double[n];
        Arrays.setAll(values, i -> sampler.normal());
        return values;
    }

    /** Martens and Grosse 2015, §3: the adjoints do not depend on the activations there. */
    @Test
    void factors_areTheExactBlocksOfTheFisherMatrix_ofADeepLinearNetworkWithSquaredError() {
        Network network = linear();
        ParameterLayout layout = network.layout();
        Tensor theta = GoldenNetworks.tensor(backend, normal(layout.size(), "theta"));
        Objective batch = network.objective(
                backend,
                GoldenNetworks.tensor(backend, normal(28, "x")).reshape(7, 4),
                GoldenNetworks.tensor(backend, normal(14, "t")).reshape(7, 2));
        try (Linearization pass = batch.at(theta, Linearization.Use.GAUSS_NEWTON)) {
            Factors factors = factors(pass, layout, EXACT);
            double[][] fisher = dense(pass, layout.size());
            for (int weight : factors.a.keySet()) {
                compareBlock(layout, weight, factors, fisher);
            }
        }
    }

    private double[][] dense(Linearization pass, int size) {
        double[][] matrix = new double[size][];
        try (Tensor unit = backend.allocate(size);
                Tensor column = backend.allocate(size)) {
            for (int i = 0; i < size; i++) {
                double[] e = new double[size];
                e[i] = 1;
                backend.fromHost(e, 0, unit);
                pass.gaussNewtonVector(unit, column);
                matrix[i] = host(backend, column);
            }
        }
        return matrix;
    }

    private static void compareBlock(ParameterLayout layout, int weight, Factors factors, double[][] fisher) {
        int out = layout.get(weight + 1).size();
        int in = layout.get(weight).size() / out;
        double[] a = factors.a.get(weight);
        double[] g = factors.g.get(weight);
        for (int p = 0; p < out * (in + 1); p++) {
            for (int q = 0; q < out * (in + 1); q++) {
                double expected = fisher[place(layout, weight, in, p)][place(layout, weight, in, q)];
                double product = g[p / (in + 1) * out + q / (in + 1)] * a[p % (in + 1) * (in + 1) + q % (in + 1)];
                assertEquals(expected, product, 1e-13 * Golden.maxAbs(g) * Golden.maxAbs(a));
            }
        }
    }

    /** Where entry p of [W | b], row by row, lies in θ. */
    private static int place(ParameterLayout layout, int weight, int in, int p) {
        int row = p / (in + 1);
        int column = p % (in + 1);
        return (int)
                (column < in
                        ? layout.get(weight).offset() + row * in + column
                        : layout.get(weight + 1).offset() + row);
    }

    @Test
    void meanOfManyDraws_isTheExactFactor_withinItsStandardError() {
        Case c = golden("kfac_mlp");
        int draws = 400;
        try (Linearization pass = c.batch.at(c.theta, Linearization.Use.GRADIENT)) {
            Factors exact = factors(pass, c.network.layout(), EXACT);
            int last = exact.g.keySet().stream().max(Integer::compare).orElseThrow();
            double[] mean = new double[exact.g.get(last).length];
            double[] square = new double[mean.length];
            for (int draw = 0; draw < draws; draw++) {
                Sampler sampler = new Sampler.Random(RandomStreams.of(3, "labels", draw));
                double[] g = factors(pass, c.network.layout(), new OutputAdjoints.Drawn(List.of(sampler)))
                        .g
                        .get(last);
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += g[i] / draws;
                    square[i] += g[i] * g[i] / draws;
                }
            }
            double[] empirical = factors(pass, c.network.layout(), EMPIRICAL).g.get(last);
            boolean differs = false;
            for (int i = 0; i < mean.length; i++) {
                double error = Math.sqrt((square[i] - mean[i] * mean[i]) / draws);
                assertEquals(exact.g.get(last)[i], mean[i], 4 * error, "entry " + i);
                differs |= Math.abs(empirical[i] - exact.g.get(last)[i]) > 10 * error;
            }
            assertTrue(differs, "the empirical factor is the exact one");
        }
    }

    /** The mean over draws of one visit is that of single draws, each by its weight. */
    @Test
    void severalDraws_areTheMeanOfSingleOnes() {
        Case c = golden("kfac_mlp");
        try (Linearization pass = c.batch.at(c.theta, Linearization.Use.GRADIENT)) {
            Factors both = factors(pass, c.network.layout(), new OutputAdjoints.Drawn(List.of(sampler(0), sampler(1))));
            Factors first = factors(pass, c.network.layout(), new OutputAdjoints.Drawn(List.of(sampler(0))));
            Factors second = factors(pass, c.network.layout(), new OutputAdjoints.Drawn(List.of(sampler(1))));
            for (int weight : both.g.keySet()) {
                double[] mean = Arrays.stream(sum(first.g.get(weight), second.g.get(weight)))
                        .map(x -> x / 2)
                        .toArray();
                assertTrue(Golden.relativeError(mean, both.g.get(weight)) <= TOLERANCE);
                assertTrue(Golden.relativeError(first.a.get(weight), both.a.get(weight)) == 0);
            }
        }
    }

    private static Sampler sampler(int draw) {
        return new Sampler.Random(RandomStreams.of(5, "labels", draw));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kfac_mlp", "kfac_conv"})
    void batchInPieces_givesTheSameFactors(String name) {
        Case c = golden(name);
        JsonNode batch = c.json.get("train_batches").get(0);
        Objective pieces = c.network
                .withCurvatureMemory(1)
                .objective(
                        backend,
                        GoldenNetworks.inputs(backend, batch.get("x")),
                        GoldenNetworks.targets(backend, batch.get("y")));
        for (int kind = 0; kind < 3; kind++) {
            try (Linearization whole = c.batch.at(c.theta, Linearization.Use.GRADIENT);
                    Linearization cut = pieces.at(c.theta, Linearization.Use.GRADIENT)) {
                assertTrue(whole.isKept() && !cut.isKept());
                Factors expected = factors(whole, c.network.layout(), adjoints(kind));
                Factors actual = factors(cut, c.network.layout(), adjoints(kind));
                for (int weight : expected.a.keySet()) {
                    assertTrue(Golden.relativeError(expected.a.get(weight), actual.a.get(weight)) <= TOLERANCE);
                    assertTrue(Golden.relativeError(expected.g.get(weight), actual.g.get(weight)) <= TOLERANCE);
                }
            }
        }
    }

    /** Batches of unequal size count by their examples. */
    @ParameterizedTest
    @ValueSource(strings = {"kfac_mlp", "kfac_conv"})
    void wholeDataSet_hasTheFactorsOfOneBatch(String name) {
        Case c = golden(name);
        JsonNode batch = c.json.get("train_batches").get(0);
        Tensor x = GoldenNetworks.inputs(backend, batch.get("x"));
        Tensor y = GoldenNetworks.targets(backend, batch.get("y"));
        int examples = x.length(0);
        FullBatch.Parts parts = new FullBatch.Parts() {
            @Override
            public int count() {
                return 2;
            }

            @Override
            public int examples() {
                return examples;
            }

            @Override
            public Objective part(int index) {
                int from = index == 0 ? 0 : 2;
                int to = index == 0 ? 2 : examples;
                return c.network.objective(backend, x.rows(from, to), y.rows(from, to));
            }
        };
        Objective set = new FullBatch(c.network.layout(), backend, parts, (done, of) -> {});
        for (int kind = 0; kind < 3; kind++) {
            try (Linearization whole = c.batch.at(c.theta, Linearization.Use.GRADIENT);
                    Linearization sum = set.at(c.theta, Linearization.Use.GRADIENT)) {
                Factors expected = factors(whole, c.network.layout(), adjoints(kind));
                Factors actual = factors(sum, c.network.layout(), adjoints(kind));
                for (int weight : expected.a.keySet()) {
                    assertTrue(Golden.relativeError(expected.a.get(weight), actual.a.get(weight)) <= TOLERANCE);
                    assertTrue(Golden.relativeError(expected.g.get(weight), actual.g.get(weight)) <= TOLERANCE);
                }
            }
        }
    }

    private static OutputAdjoints adjoints(int kind) {
        return kind == 0 ? EXACT : kind == 1 ? EMPIRICAL : new OutputAdjoints.Drawn(List.of(sampler(0), sampler(1)));
    }

    @Test
    void everythingElseOfThePass_isAsBefore() {
        Case c = golden("kfac_conv");
        int size = c.network.layout().size();
        Tensor v = GoldenNetworks.tensor(backend, normal(size, "v"));
        try (Linearization pass = c.batch.at(c.theta, Linearization.Use.HESSIAN);
                Linearization other = c.batch.at(c.theta, Linearization.Use.HESSIAN);
                Tensor out = backend.allocate(size)) {
            for (int kind = 0; kind < 3; kind++) {
                factors(pass, c.network.layout(), adjoints(kind));
            }
            assertEquals(other.value(), pass.value());
            other.gradient(out);
            double[] expected = host(backend, out);
            pass.gradient(out);
            assertTrue(Arrays.equals(expected, host(backend, out)));
            other.hessianVector(v, out);
            expected = host(backend, out);
            factors(pass, c.network.layout(), EXACT);
            pass.hessianVector(v, out);
            assertTrue(Arrays.equals(expected, host(backend, out)));
            other.gaussNewtonVector(v, out);
            expected = host(backend, out);
            pass.gaussNewtonVector(v, out);
            assertTrue(Arrays.equals(expected, host(backend, out)));
        }
    }

    /** Without the gradient, for two layers of each kind. */
    @ParameterizedTest
    @ValueSource(strings = {"kfac_mlp", "kfac_conv"})
    void productsAndSquares_areThoseOfTheGradient(String name) {
        Case c = golden(name);
        ParameterLayout layout = c.network.layout();
        try (Linearization pass = c.batch.at(c.theta, Linearization.Use.GRADIENT);
                Tensor gradient = backend.allocate(layout.size())) {
            pass.gradient(gradient);
            Map<Integer, double[]> squares = squares(c);
            pass.factors(EMPIRICAL, new FactorVisitor() {
                @Override
                public void inputs(FactoredLayer layer) {}

                @Override
                public void adjoints(FactoredLayer layer) {
                    compareProduct(layer, layout, gradient);
                    double[] actual = squaresOf(layer, layout);
                    assertTrue(Golden.relativeError(squares.get(layer.weight()), actual) <= TOLERANCE);
                }
            });
        }
    }

    private double[] symmetric(int n, String stream) {
        double[] values = normal(n * n, stream);
        Arrays.setAll(values, i -> i / n <= i % n ? values[i] : values[i % n * n + i / n]);
        return values;
    }

    private void compareProduct(FactoredLayer layer, ParameterLayout layout, Tensor gradient) {
        int out = layout.get(layer.bias()).size();
        int in = layout.get(layer.weight()).size() / out;
        double[] g = symmetric(out, "g");
        double[] a = symmetric(in + 1, "a");
        double[] v = joined(host(backend, gradient), layout, layer.weight(), in, out);
        double[] expected = multiply(multiply(g, v, out, out, in + 1), a, out, in + 1, in + 1);
        Tensor result = zeros(layout.size());
        try (Augmented right = Augmented.allocate(backend, in)) {
            right.set(backend, a);
            layer.addProduct(
                    1,
                    GoldenNetworks.tensor(backend, g).reshape(out, out),
                    right,
                    layout.view(result, layer.weight()),
                    layout.view(result, layer.bias()));
        }
        double[] actual = joined(host(backend, result), layout, layer.weight(), in, out);
        assertTrue(Golden.relativeError(expected, actual) <= TOLERANCE);
    }

    private static double[] joined(double[] theta, ParameterLayout layout, int weight, int in, int out) {
        double[] v = new double[out * (in + 1)];
        Arrays.setAll(v, p -> theta[place(layout, weight, in, p)]);
        return v;
    }

    private static double[] multiply(double[] x, double[] y, int m, int k, int n) {
        double[] z = new double[m * n];
        for (int i = 0; i < m * n; i++) {
            for (int l = 0; l < k; l++) {
                z[i] += x[i / n * k + l] * y[l * n + i % n];
            }
        }
        return z;
    }

    private double[] squaresOf(FactoredLayer layer, ParameterLayout layout) {
        int out = layout.get(layer.bias()).size();
        int in = layout.get(layer.weight()).size() / out;
        try (Augmented w = Augmented.allocate(backend, in);
                Tensor squares = zeros(out, in + 1)) {
            w.set(backend, normal((in + 1) * (in + 1), "w"));
            Tensor u = GoldenNetworks.tensor(backend, normal(out * out, "u")).reshape(out, out);
            layer.addSquares(1, u, w, squares);
            return host(backend, squares);
        }
    }

    /** From the gradient of each example by itself. */
    private Map<Integer, double[]> squares(Case c) {
        ParameterLayout layout = c.network.layout();
        JsonNode batch = c.json.get("train_batches").get(0);
        Tensor x = GoldenNetworks.inputs(backend, batch.get("x"));
        Tensor y = GoldenNetworks.targets(backend, batch.get("y"));
        int n = x.length(0);
        Map<Integer, double[]> sums = new TreeMap<>();
        for (int example = 0; example < n; example++) {
            Tensor gradient = backend.allocate(layout.size());
            c.network
                    .objective(backend, x.rows(example, example + 1), y.rows(example, example + 1))
                    .gradient(c.theta, gradient);
            for (int weight = 0; weight < layout.count(); weight += 2) {
                int out = layout.get(weight + 1).size();
                int in = layout.get(weight).size() / out;
                double[] v = joined(host(backend, gradient), layout, weight, in, out);
                double[] left = multiply(normal(out * out, "u"), v, out, out, in + 1);
                double[] w = normal((in + 1) * (in + 1), "w");
                double[] transposed = new double[w.length];
                Arrays.setAll(transposed, i -> w[i % (in + 1) * (in + 1) + i / (in + 1)]);
                double[] turned = multiply(left, transposed, out, in + 1, in + 1);
                sums.merge(weight, Arrays.stream(turned).map(z -> z * z / n).toArray(), FactorsTest::sum);
            }
        }
        return sums;
    }
}
