package soopt.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import soopt.backend.Operation.Expected;
import soopt.random.RandomStreams;

/**
 * Every operation of {@link Backend} at given sizes, none too small: what is tested of all operations runs over these.
 */
final class Operations {
    private static final double ALPHA = 0.7;
    private static final long START = RandomStreams.start(7, "signs", 1);
    private static final double BETA = 1.3;

    private final Subject subject;
    private final List<Operation> all = new ArrayList<>();

    private Operations(Subject subject) {
        this.subject = subject;
    }

    /** Operations on arrays of n numbers. */
    static List<Operation> onVectors(Subject subject, int n) {
        Operations operations = new Operations(subject);
        operations.host(n);
        operations.linear(n);
        operations.products(n);
        return operations.all;
    }

    /** Activations of rows of features, with a bias added to each row and without. */
    static List<Operation> onFeatures(Subject subject, int rows, int features) {
        Operations operations = new Operations(subject);
        operations.activations(rows, features);
        return operations.all;
    }

    /** Operations on rows of features or classes, at least one. */
    static List<Operation> onRows(Subject subject, int rows, int columns) {
        Operations operations = new Operations(subject);
        operations.rows(rows, columns);
        operations.columnGram(rows, columns);
        operations.classes(rows, columns);
        return operations.all;
    }

    /** Contractions of n directions of that many numbers to n or n² results. */
    static List<Operation> onDirections(Subject subject, int n, int numbers) {
        Operations operations = new Operations(subject);
        operations.contractions(n, numbers);
        operations.tangents(n, numbers);
        return operations.all;
    }

    /** The product of matrices [m, k] and [k, n]. */
    static List<Operation> onMatrices(Subject subject, int m, int n, int k) {
        Operations operations = new Operations(subject);
        for (int transposes = 0; transposes < 4; transposes++) {
            operations.product(m, n, k, transposes % 2 == 1, transposes > 1);
        }
        return operations.all;
    }

    static List<Operation> onImages(Subject subject, int images, Convolution g) {
        Operations operations = new Operations(subject);
        operations.convolution(images, g);
        return operations.all;
    }

    static List<Operation> onImages(Subject subject, int images, Pooling g) {
        Operations operations = new Operations(subject);
        operations.pooling(images, g);
        return operations.all;
    }

    static List<Operation> onImages(Subject subject, int images, Averaging g) {
        Operations operations = new Operations(subject);
        operations.averaging(images, g);
        return operations.all;
    }

    private void add(String method, String sizes, Subject.Computation actual, Supplier<Expected> expected) {
        all.add(new Operation(method, sizes, actual, expected));
    }

    private interface Formula {
        double[] of(double[]... inputs);
    }

    /** Results of a formula without cancellation of its own, and of the same formula of absolute values. */
    private static Supplier<Expected> formula(Formula formula, double[]... inputs) {
        return () -> new Expected(
                formula.of(inputs),
                formula.of(Arrays.stream(inputs).map(Reference::absolute).toArray(double[][]::new)));
    }

    // ---- vectors ----

    private void host(int n) {
        double[] x = subject.normal(1, n + 2);
        double[] middle = Arrays.copyOfRange(x, 1, n + 1);
        float[] narrow = new float[n + 2];
        double[] rounded = new double[n];
        for (int i = 0; i < n + 2; i++) {
            narrow[i] = (float) x[i];
        }
        Arrays.setAll(rounded, i -> narrow[i + 1]);
        add(
                "fromHost",
                n + " numbers",
                arena -> {
                    Tensor wide = arena.empty(n);
                    Tensor single = arena.empty(n);
                    arena.backend().fromHost(x, 1, wide);
                    arena.backend().fromHost(narrow, 1, single);
                    return Arena.join(arena.read(wide), arena.read(single));
                },
                () -> Expected.of(Arena.join(middle, rounded)));
        add(
                "toHost",
                n + " numbers",
                arena -> {
                    double[] target = Reference.ones(n + 3);
                    arena.backend().toHost(arena.of(middle), target, 2);
                    return target;
                },
                () -> Expected.of(Arena.join(new double[] {1, 1}, middle, new double[] {1})));
        add(
                "fill",
                n + " numbers",
                arena -> {
                    Tensor out = arena.empty(n);
                    arena.backend().fill(out, 1);
                    return arena.read(out);
                },
                () -> Expected.of(Reference.ones(n)));
        add(
                "signs",
                n + " numbers",
                arena -> {
                    Tensor out = arena.empty(n);
                    arena.backend().signs(START, out);
                    return arena.read(out);
                },
                () -> Expected.of(signs(n)));
        add(
                "copy",
                n + " numbers",
                arena -> {
                    Tensor out = arena.empty(n);
                    arena.backend().copy(arena.of(middle), out);
                    return arena.read(out);
                },
                () -> Expected.of(middle));
    }

    private void linear(int n) {
        double[] x = subject.normal(1, n);
        double[] y = subject.normal(2, n);
        add(
                "axpyInPlace",
                n + " numbers",
                arena -> {
                    Tensor sum = arena.of(y);
                    arena.backend().axpyInPlace(ALPHA, arena.of(x), sum);
                    return arena.read(sum);
                },
                formula(in -> Reference.combine(ALPHA, in[0], 1, in[1]), x, y));
        add(
                "scaleInPlace",
                n + " numbers",
                arena -> {
                    Tensor scaled = arena.of(x);
                    arena.backend().scaleInPlace(ALPHA, scaled);
                    return arena.read(scaled);
                },
                formula(in -> Reference.combine(ALPHA, in[0], 0, in[0]), x));
        add(
                "combine",
                n + " numbers",
                arena -> {
                    Tensor out = arena.empty(n);
                    arena.backend().combine(ALPHA, arena.of(x), BETA, arena.of(y), out);
                    return arena.read(out);
                },
                formula(in -> Reference.combine(ALPHA, in[0], BETA, in[1]), x, y));
        add(
                "dot",
                n + " numbers",
                arena -> new double[] {arena.backend().dot(arena.of(x), arena.of(y))},
                formula(in -> new double[] {Reference.dot(in[0], in[1])}, x, y));
        add(
                "squaredError",
                n + " numbers",
                arena -> {
                    Tensor gradient = arena.empty(n);
                    double value = arena.backend().squaredError(arena.of(x), arena.of(y), ALPHA, gradient);
                    return Arena.join(new double[] {value}, arena.read(gradient));
                },
                () -> new Expected(squares(x, y, -1), squares(Reference.absolute(x), Reference.absolute(y), 1)));
    }

    private static double[] squares(double[] x, double[] y, double sign) {
        double[] difference = Reference.combine(1, x, sign, y);
        double[] value = {ALPHA * Reference.dot(difference, difference)};
        return Arena.join(value, Reference.combine(2 * ALPHA, difference, 0, difference));
    }

    private void products(int n) {
        double[] x = subject.normal(1, 3 * n);
        double[] y = subject.normal(2, n);
        double[] start = subject.normal(3, 3 * n);
        add(
                "multiply",
                "3×" + n + " numbers",
                arena -> {
                    Tensor out = arena.empty(3, n);
                    arena.backend().multiply(arena.of(x, 3, n), arena.of(y), out);
                    return arena.read(out);
                },
                formula(in -> Reference.multiply(in[0], in[1]), x, y));
        add(
                "multiplyAddInPlace",
                "3×" + n + " numbers",
                arena -> {
                    Tensor out = arena.of(start, 3, n);
                    arena.backend().multiplyAddInPlace(arena.of(x, 3, n), arena.of(y), out);
                    return arena.read(out);
                },
                formula(in -> Reference.combine(1, in[2], 1, Reference.multiply(in[0], in[1])), x, y, start));
        double[] variance = Reference.absolute(subject.normal(4, n));
        adam(n, x, y, variance, false);
        adam(n, x, y, variance, true);
    }

    private void adam(int n, double[] x, double[] y, double[] variance, boolean cautious) {
        Backend.AdamStep step = new Backend.AdamStep(0.9, 0.99, ALPHA, 0.5, 0.1, cautious);
        add(
                "adam",
                n + (cautious ? " numbers, cautious" : " numbers"),
                arena -> {
                    Tensor m = arena.of(y);
                    Tensor v = arena.of(variance);
                    Tensor out = arena.empty(n);
                    arena.backend().adam(step, arena.of(Arrays.copyOf(x, n)), m, v, out);
                    return Arena.join(arena.read(m), arena.read(v), arena.read(out));
                },
                formula(in -> adam(Arrays.copyOf(in[0], n), in[1], in[2], cautious), x, y, variance));
    }

    /** α Σ_k d_k ⟨d_k, v⟩ by example. */
    private static double[] outerProducts(double[] d, double[] v, int classes) {
        double[] out = new double[v.length];
        for (int i = 0; i < d.length; i++) {
            int example = i / classes * classes;
            for (int c = 0; c < classes; c++) {
                out[i % v.length] += ALPHA * d[i] * d[example + c] * v[example % v.length + c];
            }
        }
        return out;
    }

    /** As {@link java.util.random.RandomGenerator#nextBoolean} draws them. */
    private static double[] signs(int n) {
        RandomGenerator random = RandomStreams.of(7, "signs", 1);
        double[] signs = new double[n];
        Arrays.setAll(signs, i -> random.nextBoolean() ? 1 : -1);
        return signs;
    }

    private static double[] adam(double[] g, double[] m, double[] v, boolean cautious) {
        double[] newM = Reference.combine(1 - 0.9, g, 0.9, m);
        double[] newV = Reference.combine(1 - 0.99, Reference.multiply(g, g), 0.99, v);
        double[] out = new double[g.length];
        Arrays.setAll(
                out, i -> cautious && newM[i] * g[i] < 0 ? 0 : ALPHA * newM[i] / (Math.sqrt(newV[i] / 0.5) + 0.1));
        return Arena.join(newM, newV, out);
    }

    private void activations(int n, int d) {
        double[] x = subject.normal(1, n * d);
        double[] row = subject.normal(2, d);
        double[] sum = new double[n * d];
        Arrays.setAll(sum, i -> subject.round(x[i] + row[i % d]));
        for (Activation f : Activation.values()) {
            add(
                    "activate",
                    f + " of " + n * d + " numbers",
                    arena -> {
                        Tensor[] jet = {arena.empty(n, d), arena.empty(n, d), arena.empty(n, d), arena.empty(n, d)};
                        arena.backend().activate(f, arena.of(x, n, d), jet);
                        return read(arena, jet);
                    },
                    () -> jet(f, x));
            add(
                    "activateBiased",
                    f + " of " + n + " rows of " + d,
                    arena -> {
                        Tensor[] jet = {arena.of(x, n, d), arena.empty(n, d), arena.empty(n, d), arena.empty(n, d)};
                        arena.backend().activateBiased(f, arena.of(row), jet[0], jet);
                        return read(arena, jet);
                    },
                    () -> jet(f, sum));
        }
    }

    private static double[] read(Arena arena, Tensor... tensors) {
        return Arena.join(Arrays.stream(tensors).map(arena::read).toArray(double[][]::new));
    }

    private static Expected jet(Activation f, double[] z) {
        double[] values = new double[4 * z.length];
        double[] terms = new double[4 * z.length];
        for (int i = 0; i < z.length; i++) {
            ActivationReference reference = ActivationReference.of(f, z[i]);
            for (int k = 0; k < 4; k++) {
                values[k * z.length + i] = reference.value()[k];
                terms[k * z.length + i] = reference.terms()[k];
            }
        }
        return new Expected(values, terms);
    }

    // ---- matrices ----

    private void rows(int n, int d) {
        double[] x = subject.normal(1, n * d);
        double[] row = subject.normal(2, d);
        double[] sum = new double[n * d];
        Arrays.setAll(sum, i -> subject.round(x[i] + row[i % d]));
        String sizes = n + " rows of " + d;
        add(
                "addRowInPlace",
                sizes,
                arena -> {
                    Tensor out = arena.of(x, n, d);
                    arena.backend().addRowInPlace(arena.of(row), out);
                    return arena.read(out);
                },
                () -> Expected.of(sum));
        add(
                "sumRows",
                sizes,
                arena -> {
                    Tensor out = arena.empty(d);
                    Tensor added = arena.of(row);
                    arena.backend().sumRows(arena.of(x, n, d), 0, out);
                    arena.backend().sumRows(arena.of(x, n, d), BETA, added);
                    return read(arena, out, added);
                },
                formula(
                        in -> {
                            double[] total = Reference.gemm(1, d, n, 1, Reference.ones(n), in[0], 0, in[1]);
                            return Arena.join(total, Reference.combine(1, total, BETA, in[1]));
                        },
                        x,
                        row));
    }

    private void columnGram(int n, int d) {
        double[] x = subject.normal(1, n * d);
        double[] y = subject.normal(2, d * d);
        double[] c = symmetric(y, d);
        add(
                "rowGram",
                d + " rows of " + n,
                arena -> {
                    Tensor out = arena.empty(d, d);
                    Tensor added = arena.of(c, d, d);
                    arena.backend().rowGram(ALPHA, arena.of(x, d, n), 0, out);
                    arena.backend().rowGram(ALPHA, arena.of(x, d, n), BETA, added);
                    return read(arena, out, added);
                },
                formula(
                        in -> Arena.join(
                                Reference.gemm(d, d, n, ALPHA, in[0], Reference.transpose(in[0], d, n), 0, in[1]),
                                Reference.gemm(d, d, n, ALPHA, in[0], Reference.transpose(in[0], d, n), BETA, in[1])),
                        x,
                        c));
        add(
                "columnGram",
                n + " rows of " + d,
                arena -> {
                    Tensor out = arena.empty(d, d);
                    Tensor added = arena.of(c, d, d);
                    arena.backend().columnGram(ALPHA, arena.of(x, n, d), 0, out);
                    arena.backend().columnGram(ALPHA, arena.of(x, n, d), BETA, added);
                    return read(arena, out, added);
                },
                formula(
                        in -> Arena.join(
                                Reference.gemm(d, d, n, ALPHA, Reference.transpose(in[0], n, d), in[0], 0, in[1]),
                                Reference.gemm(d, d, n, ALPHA, Reference.transpose(in[0], n, d), in[0], BETA, in[1])),
                        x,
                        c));
    }

    private double[] symmetric(double[] y, int d) {
        double[] values = new double[d * d];
        Arrays.setAll(values, i -> i / d >= i % d ? y[i] : y[i % d * d + i / d]);
        return values;
    }

    private void product(int m, int n, int k, boolean transposeA, boolean transposeB) {
        double[] a = subject.normal(1, m * k);
        double[] b = subject.normal(2, k * n);
        double[] c = subject.normal(3, m * n);
        add(
                "gemm",
                m + "×" + k + (transposeA ? "ᵀ" : "") + " by " + k + "×" + n + (transposeB ? "ᵀ" : ""),
                arena -> {
                    Tensor left = transposeA ? arena.of(Reference.transpose(a, m, k), k, m) : arena.of(a, m, k);
                    Tensor right = transposeB ? arena.of(Reference.transpose(b, k, n), n, k) : arena.of(b, k, n);
                    Tensor out = arena.empty(m, n);
                    Tensor added = arena.of(c, m, n);
                    arena.backend().gemm(transposeA, transposeB, ALPHA, left, right, 0, out);
                    arena.backend().gemm(transposeA, transposeB, ALPHA, left, right, BETA, added);
                    return read(arena, out, added);
                },
                formula(
                        in -> Arena.join(
                                Reference.gemm(m, n, k, ALPHA, in[0], in[1], 0, in[2]),
                                Reference.gemm(m, n, k, ALPHA, in[0], in[1], BETA, in[2])),
                        a,
                        b,
                        c));
    }

    private void contractions(int n, int m) {
        int stride = n + 2;
        double[] x = subject.normal(1, n * m);
        double[] y = subject.normal(2, m);
        double[] z = subject.normal(3, n * m);
        String sizes = n + " rows of " + m;
        Supplier<Expected> expected =
                formula(in -> Reference.contractions(ALPHA, in[0], in[1], in[2], n, stride), x, y, z);
        add(
                "dots",
                sizes,
                arena -> {
                    double[] out = Reference.ones(n);
                    arena.backend().dots(ALPHA, arena.of(x, n, m), arena.of(y), out);
                    return out;
                },
                () -> part(expected.get(), 0, n));
        add(
                "pairedDots",
                sizes,
                arena -> {
                    double[] out = Reference.ones(n);
                    arena.backend().pairedDots(ALPHA, arena.of(x, n, m), arena.of(z, n, m), out);
                    return out;
                },
                () -> part(expected.get(), n, 2 * n));
        add(
                "gram",
                sizes,
                arena -> {
                    double[] plain = Reference.ones(stride * stride);
                    double[] weighted = Reference.ones(stride * stride);
                    Tensor tensor = arena.of(x, n, m);
                    arena.backend().gram(ALPHA, tensor, plain, stride);
                    arena.backend().gram(ALPHA, tensor, arena.of(y), weighted, stride);
                    return Arena.join(plain, weighted);
                },
                () -> part(expected.get(), 2 * n, 2 * n + 2 * stride * stride));
    }

    private static Expected part(Expected all, int from, int to) {
        return new Expected(Arrays.copyOfRange(all.values(), from, to), Arrays.copyOfRange(all.terms(), from, to));
    }

    private void tangents(int n, int m) {
        int n2 = (n + 1) / 2;
        double[] first = subject.normal(1, n * m);
        double[] second = subject.normal(2, n * m);
        double[] lambda = subject.normal(3, m);
        double[] s1 = subject.normal(4, m);
        double[] s2 = subject.normal(5, m);
        double[] s3 = subject.normal(6, m);
        add(
                "activationTangents",
                n + " directions of " + m,
                arena -> {
                    double[] gram = Reference.ones((n + 2) * (n + 2));
                    double[] third = Reference.ones(n);
                    Tensor f = arena.of(first, n, m);
                    Tensor g = arena.of(second, n, m);
                    Tensor[] s = {arena.of(s1), arena.of(s2), arena.of(s3)};
                    arena.backend()
                            .activationTangents(f, g, n2, arena.of(lambda), s[0], s[1], s[2], gram, n + 2, third);
                    return Arena.join(gram, third, arena.read(f), arena.read(g));
                },
                formula(
                        in -> Reference.tangents(
                                in[0], in[1], n, n2, in[2], new double[][] {in[3], in[4], in[5]}, true),
                        first,
                        second,
                        lambda,
                        s1,
                        s2,
                        s3));
    }

    // ---- losses ----

    private void classes(int examples, int classes) {
        double[] logits = subject.normal(1, examples * classes);
        double[] labels = new double[examples];
        Random random = new Random(examples);
        Arrays.setAll(labels, i -> random.nextInt(classes));
        String sizes = examples + " examples of " + classes + " classes";
        add(
                "softmaxCrossEntropy",
                sizes,
                arena -> {
                    Tensor p = arena.empty(examples, classes);
                    Tensor gradient = arena.empty(examples, classes);
                    double loss = arena.backend()
                            .softmaxCrossEntropy(
                                    arena.of(logits, examples, classes), arena.of(labels), ALPHA, p, gradient);
                    return Arena.join(new double[] {loss}, read(arena, p, gradient));
                },
                () -> crossEntropy(logits, labels, classes));
        add(
                "countCorrect",
                sizes,
                arena -> new double[] {
                    arena.backend().countCorrect(arena.of(logits, examples, classes), arena.of(labels))
                },
                () -> Expected.of(correct(logits, labels, classes)));
        double[] p = Reference.softmax(logits, classes);
        Arrays.setAll(p, i -> subject.round(p[i]));
        double[] v = subject.normal(2, 2 * p.length);
        double[] large = Reference.absolute(v);
        // beside the entry, the terms of its mean
        double[] means = Reference.combine(1, large, -1, Reference.centre(p, large, classes));
        double[] size = Reference.combine(
                1, Reference.absolute(Reference.centre(p, v, classes)), 1, Reference.combine(1, large, 1, means));
        add(
                "outerProducts",
                sizes,
                arena -> {
                    Tensor out = arena.empty(1, examples, classes);
                    arena.backend()
                            .outerProducts(
                                    arena.of(v, 2, examples, classes), arena.of(p, 1, examples, classes), ALPHA, out);
                    return arena.read(out);
                },
                () -> new Expected(outerProducts(v, p, classes), outerProducts(Reference.absolute(v), p, classes)));
        add(
                "softmaxHessian",
                sizes,
                arena -> {
                    Tensor out = arena.empty(2, examples, classes);
                    arena.backend()
                            .softmaxHessian(
                                    arena.of(p, examples, classes), arena.of(v, 2, examples, classes), ALPHA, out);
                    return arena.read(out);
                },
                () -> new Expected(
                        Reference.combine(ALPHA, repeat(p, Reference.centre(p, v, classes)), 0, v),
                        Reference.combine(ALPHA, repeat(p, size), 0, v)));
        double[] second = subject.normal(3, p.length);
        add(
                "softmaxTangents",
                sizes,
                arena -> {
                    double[] gram = Reference.ones(9);
                    double[] third = Reference.ones(2);
                    arena.backend()
                            .softmaxTangents(
                                    arena.of(p, examples, classes),
                                    arena.of(v, 2, examples, classes),
                                    arena.of(second, 1, examples, classes),
                                    1,
                                    ALPHA,
                                    gram,
                                    3,
                                    third);
                    return Arena.join(gram, third);
                },
                () -> new Expected(
                        Reference.softmaxTangents(ALPHA, Reference.centre(p, v, classes), second, p, 2, 1, true),
                        Reference.softmaxTangents(ALPHA, size, Reference.absolute(second), p, 2, 1, true)));
    }

    private static double[] repeat(double[] p, double[] v) {
        return p.length == 0 ? v : Reference.multiply(v, p);
    }

    private static Expected crossEntropy(double[] logits, double[] labels, int classes) {
        double[] p = Reference.softmax(logits, classes);
        double[] gradient = p.clone();
        double[] gradientTerms = p.clone();
        Reference.Sum loss = new Reference.Sum();
        Reference.Sum terms = new Reference.Sum();
        for (int i = 0; i < labels.length; i++) {
            int correct = i * classes + (int) labels[i];
            double logSum = Reference.logSumExp(logits, i * classes, classes);
            loss.add(ALPHA * (logSum - logits[correct]));
            terms.add(ALPHA * (Math.abs(logSum) + Math.abs(logits[correct])));
            gradient[correct] -= 1;
            gradientTerms[correct] += 1;
        }
        return new Expected(
                Arena.join(new double[] {loss.value()}, p, Reference.combine(ALPHA, gradient, 0, gradient)),
                Arena.join(new double[] {terms.value()}, p, Reference.combine(ALPHA, gradientTerms, 0, gradient)));
    }

    private static double correct(double[] logits, double[] labels, int classes) {
        int count = 0;
        for (int i = 0; i < labels.length; i++) {
            boolean largest = true;
            for (int c = 0; c < classes; c++) {
                largest &= logits[i * classes + c] <= logits[i * classes + (int) labels[i]];
            }
            count += largest ? 1 : 0;
        }
        return count;
    }

    // ---- images ----

    private void convolution(int images, Convolution g) {
        double[] x = subject.normal(1, images * g.inputs());
        double[] w = subject.normal(2, g.outChannels() * g.patch());
        double[] y = subject.normal(3, images * g.outputs());
        String sizes = images + " images, " + g;
        add(
                "convolve",
                sizes,
                arena -> {
                    Tensor out = arena.empty(images, g.outputs());
                    Tensor added = arena.of(y, images, g.outputs());
                    Tensor input = arena.of(x, images, g.inputs());
                    arena.backend().convolve(g, input, weights(arena, g, w), ALPHA, 0, out);
                    arena.backend().convolve(g, input, weights(arena, g, w), ALPHA, BETA, added);
                    return read(arena, out, added);
                },
                formula(
                        in -> Arena.join(
                                ImageReference.convolve(g, images, in[0], in[1], ALPHA, 0, in[2]),
                                ImageReference.convolve(g, images, in[0], in[1], ALPHA, BETA, in[2])),
                        x,
                        w,
                        y));
        add(
                "convolveWeightGradient",
                sizes,
                arena -> {
                    Tensor out = arena.empty(g.outChannels(), g.patch());
                    Tensor added = arena.of(w, g.outChannels(), g.patch());
                    Tensor input = arena.of(x, images, g.inputs());
                    Tensor output = arena.of(y, images, g.outputs());
                    arena.backend().convolveWeightGradient(g, input, output, 0, out);
                    arena.backend().convolveWeightGradient(g, input, output, BETA, added);
                    return read(arena, out, added);
                },
                formula(
                        in -> Arena.join(
                                ImageReference.weightGradient(g, images, in[0], in[2], 0, in[1]),
                                ImageReference.weightGradient(g, images, in[0], in[2], BETA, in[1])),
                        x,
                        w,
                        y));
        double[] gram = symmetric(subject.normal(4, g.patch() * g.patch()), g.patch());
        double[] sum = subject.normal(5, g.patch());
        add(
                "convolveGram",
                sizes,
                arena -> {
                    Tensor out = arena.empty(g.patch(), g.patch());
                    Tensor total = arena.empty(g.patch());
                    Tensor added = arena.of(gram, g.patch(), g.patch());
                    Tensor addedTotal = arena.of(sum);
                    Tensor input = arena.of(x, images, g.inputs());
                    arena.backend().convolveGram(g, input, ALPHA, 0, out, total);
                    arena.backend().convolveGram(g, input, ALPHA, BETA, added, addedTotal);
                    return Arena.join(read(arena, out, total), read(arena, added, addedTotal));
                },
                formula(
                        in -> Arena.join(
                                ImageReference.gram(g, images, in[0], ALPHA, 0, in[1], in[2]),
                                ImageReference.gram(g, images, in[0], ALPHA, BETA, in[1], in[2])),
                        x,
                        gram,
                        sum));
        if (g.channelsFirst()) {
            return;
        }
        add(
                "convolveAdjoint",
                sizes,
                arena -> {
                    Tensor out = arena.empty(images, g.inputs());
                    Tensor added = arena.of(x, images, g.inputs());
                    Tensor output = arena.of(y, images, g.outputs());
                    arena.backend().convolveAdjoint(g, output, weights(arena, g, w), 0, out);
                    arena.backend().convolveAdjoint(g, output, weights(arena, g, w), BETA, added);
                    return read(arena, out, added);
                },
                formula(
                        in -> Arena.join(
                                ImageReference.adjoint(g, images, in[2], in[1], 0, in[0]),
                                ImageReference.adjoint(g, images, in[2], in[1], BETA, in[0])),
                        x,
                        w,
                        y));
    }

    private static Tensor weights(Arena arena, Convolution g, double[] w) {
        return arena.of(w, g.outChannels(), g.kernel(), g.kernel(), g.channels());
    }

    private void pooling(int images, Pooling g) {
        double[] x = subject.normal(1, images * g.inputs());
        // few values, so that most windows have ties; and no −0, which either sign may answer
        Arrays.setAll(x, i -> Math.rint(x[i]) + 0.0);
        double[] index = ImageReference.argMax(g, images, x);
        double[] v = subject.normal(2, 2 * images * g.inputs());
        double[] dy = subject.normal(3, 2 * images * g.outputs());
        String sizes = images + " images, " + g;
        add(
                "maxPool",
                sizes,
                arena -> {
                    Tensor out = arena.empty(images, g.outputs());
                    Tensor where = arena.empty(images, g.outputs());
                    arena.backend().maxPool(g, arena.of(x, images, g.inputs()), out, where);
                    return read(arena, out, where);
                },
                () -> Expected.of(Arena.join(ImageReference.select(g, x, index), index)));
        add(
                "maxPoolSelect",
                sizes,
                arena -> {
                    Tensor out = arena.empty(2 * images, g.outputs());
                    arena.backend()
                            .maxPoolSelect(
                                    g, arena.of(v, 2 * images, g.inputs()), arena.of(index, images, g.outputs()), out);
                    return arena.read(out);
                },
                () -> Expected.of(ImageReference.select(g, v, index)));
        add(
                "maxPoolScatter",
                sizes,
                arena -> {
                    Tensor dx = arena.empty(2 * images, g.inputs());
                    arena.backend()
                            .maxPoolScatter(
                                    g, arena.of(dy, 2 * images, g.outputs()), arena.of(index, images, g.outputs()), dx);
                    return arena.read(dx);
                },
                formula(in -> ImageReference.scatter(g, in[0], index), dy));
    }

    private void averaging(int images, Averaging g) {
        double[] x = subject.normal(1, images * g.inputs());
        double[] dy = subject.normal(2, images * g.outputs());
        String sizes = images + " images, " + g;
        add(
                "averagePool",
                sizes,
                arena -> {
                    Tensor out = arena.empty(images, g.outputs());
                    arena.backend().averagePool(g, arena.of(x, images, g.inputs()), out);
                    return arena.read(out);
                },
                formula(in -> ImageReference.average(g, in[0]), x));
        add(
                "averagePoolAdjoint",
                sizes,
                arena -> {
                    Tensor dx = arena.empty(images, g.inputs());
                    arena.backend().averagePoolAdjoint(g, arena.of(dy, images, g.outputs()), dx);
                    return arena.read(dx);
                },
                formula(in -> ImageReference.averageAdjoint(g, in[0]), dy));
    }
}
