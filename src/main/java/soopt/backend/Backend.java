package soopt.backend;

import java.util.Optional;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import soopt.random.RandomStreams;

/**
 * The arithmetic that models, curvature and optimizers are written in, on one device in one precision. Tensors are
 * row-major. An operation writes only to its arguments named out, gradient, gram, third or …InPlace; outputs do not
 * overlap inputs unless it says so. Arguments that do not fit are refused ({@link Contract}); sizes may be 0. Scalars
 * and contractions that return to the host are accumulated in float64 between blocks.
 *
 * <p>Shapes: N batch, d features of one example, n directions. Tangents of n directions are [n, N, d]
 * (direction-major), so that a multiplier [N, d] repeats along the leading axis and a prefix of directions is one
 * contiguous run.
 */
public interface Backend extends AutoCloseable {
    /** Name of the implementation, for meta.json. */
    String name();

    /** The device in words, for meta.json. */
    String device();

    /** What it computes on. */
    Hardware hardware();

    Precision precision();

    /** A library that was asked for and was not used for all it could be, and why, in one line. */
    default Optional<String> note() {
        return Optional.empty();
    }

    /** CPU threads used by one operation; every result is the same bits for any number of them. */
    int threads();

    /**
     * Numbers of the buffers that a convolution and its adjoint take beside their arrays, where they exceed a few
     * million.
     */
    default long scratch(Convolution geometry) {
        return 0;
    }

    /** Bytes held by live tensors now, their peak since {@link #resetPeak}, and bytes taken from the system in all. */
    Memory memory();

    void resetPeak();

    record Memory(long liveBytes, long peakBytes, long systemBytes, long systemAllocations) {}

    // ---- tensors and the host ----

    /** A tensor with arbitrary contents, from the pool when it has a block of the size. */
    Tensor allocate(int... shape);

    /** out_i = source_{from+i} for every element of out. */
    void fromHost(double[] source, int from, Tensor out);

    /** out_i = source_{from+i} for every element of out. */
    void fromHost(float[] source, int from, Tensor out);

    /** target_{from+i} = x_i for every element of x. */
    void toHost(Tensor x, double[] target, int from);

    /**
     * A copy of rows in the engine's own memory, if it has one and they take no more than a quarter of what is free.
     */
    default Optional<Rows.Kept> keep(Rows rows) {
        return Optional.empty();
    }

    /** Two tensors to be filled by turns; empty for an engine that does not work beside the host. */
    default Optional<Turns> turns(int... shape) {
        return Optional.empty();
    }

    /**
     * Does something on the host while the engine works, before the next wait for its numbers; an engine that does not
     * work beside the host leaves it.
     */
    default void meanwhile(Runnable work) {}

    void fill(Tensor out, double value);

    /**
     * out_i ← 1 where number i of a stream is negative, else −1.
     *
     * @param start of the stream ({@link RandomStreams#start})
     */
    default void signs(long start, Tensor out) {
        RandomGenerator random = RandomStreams.from(start);
        float[] signs = new float[(int) Math.min(out.size(), 1 << 14)];
        for (long from = 0; from < out.size(); from += signs.length) {
            int n = (int) Math.min(signs.length, out.size() - from);
            for (int i = 0; i < n; i++) {
                signs[i] = random.nextLong() < 0 ? 1 : -1;
            }
            fromHost(signs, 0, out.slice(from, n));
        }
    }

    /** out ← x (same size). */
    void copy(Tensor x, Tensor out);

    // ---- vectors: any shapes of equal size ----

    /** Σ x_i y_i. */
    double dot(Tensor x, Tensor y);

    /** y ← y + α x. */
    void axpyInPlace(double alpha, Tensor x, Tensor y);

    /** x ← α x. */
    void scaleInPlace(double alpha, Tensor x);

    /** out ← α x + β y; out may be x or y. */
    void combine(double alpha, Tensor x, double beta, Tensor y, Tensor out);

    /** out ← x ⊙ y, where y [M] repeats along the leading axis of x [n·M]; out may be x. */
    void multiply(Tensor x, Tensor y, Tensor out);

    /** out ← out + x ⊙ y, with y repeated as in {@link #multiply}. */
    void multiplyAddInPlace(Tensor x, Tensor y, Tensor out);

    /**
     * Adam's moments and direction (Kingma and Ba 2015, alg. 1; torch.optim.Adam): m ← β₁ m + (1 − β₁) g, v ← β₂ v +
     * (1 − β₂) g², out ← scale · m / (√v / √correction₂ + ε), and 0 where the step is cautious and m has the sign
     * against that of g.
     */
    void adam(AdamStep step, Tensor g, Tensor m, Tensor v, Tensor out);

    /**
     * The same with the moments left as they are, and those after the step in nextM and nextV, which may be m and v.
     */
    default void adam(AdamStep step, Tensor g, Tensor m, Tensor v, Tensor nextM, Tensor nextV, Tensor out) {
        if (nextM != m) {
            copy(m, nextM);
        }
        if (nextV != v) {
            copy(v, nextV);
        }
        adam(step, g, nextM, nextV, out);
    }

    /**
     * The scalars of {@link #adam}.
     *
     * @param beta1 β₁ in [0, 1]: memory of m
     * @param beta2 β₂ in [0, 1]: memory of v
     * @param scale factor of the direction
     * @param correction2 what v is divided by, &gt; 0
     * @param epsilon ε ≥ 0
     * @param cautious numbers of the direction are 0 where m g &lt; 0 by their signs, however small both are; g = 0
     *     leaves them. The others stay as they are, where Liang et al. 2024 (algorithm 1) divide them by the fraction
     *     that is left.
     */
    record AdamStep(double beta1, double beta2, double scale, double correction2, double epsilon, boolean cautious) {
        /** Step t ≥ 1 from moments of 0, whose bias is taken off: scale / (1 − β₁ᵗ) and 1 − β₂ᵗ. */
        public static AdamStep unbiased(
                long t, double beta1, double beta2, double scale, double epsilon, boolean cautious) {
            double correction1 = 1 - Math.pow(beta1, t);
            double correction2 = 1 - Math.pow(beta2, t);
            return new AdamStep(beta1, beta2, scale / correction1, correction2, epsilon, cautious);
        }
    }

    // ---- matrices ----

    /** c ← α op(a) op(b) + β c, all of rank 2; op transposes when told so. */
    void gemm(boolean transposeA, boolean transposeB, double alpha, Tensor a, Tensor b, double beta, Tensor c);

    /** out ← α xᵀ x + β out, symmetric to the last bit; x: [N, d], out: [d, d], symmetric. */
    void columnGram(double alpha, Tensor x, double beta, Tensor out);

    /** out ← α x xᵀ + β out, symmetric to the last bit; x: [d, N], out: [d, d], symmetric. */
    void rowGram(double alpha, Tensor x, double beta, Tensor out);

    /** x_i ← x_i + row for each of the N rows of x [N, d]. */
    void addRowInPlace(Tensor row, Tensor x);

    /** out ← β out + Σ_i x_i over the rows of x [N, d]; out: [d]. */
    void sumRows(Tensor x, double beta, Tensor out);

    /** Eigenvectors, inverses and orthonormal rows of square matrices. */
    default Decompositions decompositions() {
        return Decompositions.onHost(this);
    }

    // ---- work as a whole ----

    /**
     * Does work that comes again and again with the same key, sizes and memory: an engine may replay what it did before
     * as far as it is the same. Within another such work it is part of that.
     *
     * @param key equal for work that is the same, by equals
     */
    default void recorded(Object key, Runnable work) {
        work.run();
    }

    /** What is kept of {@link #recorded} work to replay it; empty for an engine that does not. */
    default Optional<Replay> replay() {
        return Optional.empty();
    }

    /**
     * Graphs of work that came again.
     *
     * @param graphs those that are kept
     * @param operations of all of them
     * @param launches of graphs so far
     * @param problem why there are none; empty if there may be
     */
    record Replay(int graphs, int operations, long launches, Optional<String> problem) {}

    // ---- contractions to the host, added to the arrays given ----

    /**
     * Runs work whose numbers on the host are needed when it ends, no earlier: an engine whose tensors are elsewhere
     * then reads them all at once. Within, arrays that contractions add to are complete when {@link #then} says so.
     */
    default void together(Runnable work) {
        work.run();
    }

    /**
     * Runs something when the contractions before it have added to their arrays: now, or within {@link #together} at
     * its end at the latest, in the order of the calls.
     */
    default void then(Runnable use) {
        use.run();
    }

    /** Waits for the numbers that were asked for: what {@link #then} was to run has been run. */
    default void await() {}

    /** Hands Σ x_i y_i to what uses it, when {@link #then} would run it. */
    default void dot(Tensor x, Tensor y, DoubleConsumer use) {
        use.accept(dot(x, y));
    }

    /** Σ x_i y_i of each pair x, y of tensors given one after another; the host waits once for all. */
    default double[] dots(Tensor... pairs) {
        if (pairs.length % 2 != 0) {
            throw new IllegalArgumentException(pairs.length + " tensors are no pairs");
        }
        double[] products = new double[pairs.length / 2];
        together(() -> {
            for (int i = 0; i < products.length; i++) {
                int pair = i;
                dot(pairs[2 * i], pairs[2 * i + 1], product -> products[pair] = product);
            }
            await();
        });
        return products;
    }

    /** out_s += α ⟨x_s, y⟩ for s &lt; n; x: [n, M], y: [M]. */
    void dots(double alpha, Tensor x, Tensor y, double[] out);

    /** out_s += α ⟨x_s, y_s⟩ for s &lt; n; x, y: [n, M]. */
    void pairedDots(double alpha, Tensor x, Tensor y, double[] out);

    /** out_{s·stride+t} += α Σ_i w_i x_{si} x_{ti} for s, t &lt; n; x: [n, M], w: [M]. */
    void gram(double alpha, Tensor x, Tensor w, double[] out, int stride);

    /** out_{s·stride+t} += α ⟨x_s, x_t⟩ for s, t &lt; n; x: [n, M]. */
    void gram(double alpha, Tensor x, double[] out, int stride);

    // ---- activations; derivatives come from the same evaluation ----

    /** jet_k ← σ⁽ᵏ⁾(z) for one, two or four outputs; any of them may be z. */
    void activate(Activation f, Tensor z, Tensor... jet);

    /** z ← z + bias, bias [d] added to every row of z [N, d], and jet_k ← σ⁽ᵏ⁾(z). */
    default void activateBiased(Activation f, Tensor bias, Tensor z, Tensor... jet) {
        addRowInPlace(bias, z);
        activate(f, z, jet);
    }

    /**
     * Tangents of n directions through a = σ(z) and their part of H̄ and D̄³ (curvature.md §2). With λ = ∂L/∂a, in
     * place:
     *
     * <pre>
     * gram_{s·stride+t} += Σ λσ″ ż_s ż_t              third_s += Σ λσ‴ ż_s³ + 3 λσ″ ż_s z̈_s
     * ä_s = σ′ z̈_s + σ″ ż_s²                          ȧ_s = σ′ ż_s
     * </pre>
     *
     * @param first [n, M] ż on entry, ȧ on return
     * @param second [n, M] z̈ in its first n2 rows on entry (the others are 0 and not read), ä in all on return
     * @param n2 number of directions with z̈ ≠ 0
     * @param lambda [M] ∂L/∂a
     * @param s1 [M] σ′
     * @param s2 [M] σ″
     * @param s3 [M] σ‴
     */
    void activationTangents(
            Tensor first,
            Tensor second,
            int n2,
            Tensor lambda,
            Tensor s1,
            Tensor s2,
            Tensor s3,
            double[] gram,
            int stride,
            double[] third);

    /** The same without second-order tangents: ȧ and its part of H̄ alone. */
    void activationTangents(Tensor first, Tensor lambda, Tensor s1, Tensor s2, double[] gram, int stride);

    // ---- losses: w is the weight of one example (softmax) or one entry (squares) ----

    /**
     * Softmax cross-entropy w Σ_i (log Σ_c exp y_ic − y_i,label(i)), finite for any finite logits.
     *
     * @param logits [N, C]
     * @param labels [N] class indices stored as numbers
     * @param p [N, C] receives softmax(y)
     * @param gradient [N, C] receives w (p − onehot)
     */
    double softmaxCrossEntropy(Tensor logits, Tensor labels, double w, Tensor p, Tensor gradient);

    /** The same, with the loss handed to what uses it when {@link #then} would run it. */
    default void softmaxCrossEntropy(
            Tensor logits, Tensor labels, double w, Tensor p, Tensor gradient, DoubleConsumer loss) {
        loss.accept(softmaxCrossEntropy(logits, labels, w, p, gradient));
    }

    /** The same number alone. */
    double softmaxCrossEntropy(Tensor logits, Tensor labels, double w);

    /** Hands that number to what uses it, when {@link #then} would run it. */
    default void softmaxCrossEntropy(Tensor logits, Tensor labels, double w, DoubleConsumer loss) {
        loss.accept(softmaxCrossEntropy(logits, labels, w));
    }

    /** Number of examples whose largest logit (the first of equals) is that of their label. */
    int countCorrect(Tensor logits, Tensor labels);

    /** Hands that number to what uses it, when {@link #then} would run it. */
    default void countCorrect(Tensor logits, Tensor labels, IntConsumer correct) {
        correct.accept(countCorrect(logits, labels));
    }

    /** out ← w (p ⊙ v − p ⟨p, v⟩) per example: ∇²ℓ v; p: [N, C], v and out: [n, N, C]. */
    void softmaxHessian(Tensor p, Tensor v, double w, Tensor out);

    /** out ← w Σ_k d_k ⟨d_k, v⟩ per example; d: [K, N, C], v and out: [n, N, C]. Outputs are few. */
    default void outerProducts(Tensor d, Tensor v, double w, Tensor out) {
        Contract.outerProducts(d, v, out);
        double[] factors = new double[(int) d.size()];
        toHost(d, factors, 0);
        double[] values = new double[(int) v.size()];
        toHost(v, values, 0);
        fromHost(OuterProducts.times(factors, d.length(1), d.length(2), w, values), 0, out);
    }

    /**
     * gram += ∇²ℓ[ẏ_s, ẏ_t] and third_s += ∇³ℓ[ẏ_s, ẏ_s, ẏ_s] + 3∇²ℓ[ẏ_s, ÿ_s] of softmax cross-entropy, centred
     * (curvature.md §2); destroys first.
     *
     * @param first [n, N, C] ẏ
     * @param second [n2, N, C] ÿ, n2 ≤ n
     */
    void softmaxTangents(
            Tensor p, Tensor first, Tensor second, int n2, double w, double[] gram, int stride, double[] third);

    /** gram alone: gram += ∇²ℓ[ẏ_s, ẏ_t]; replaces first by the centred ẏ − ⟨p, ẏ⟩. */
    void softmaxTangents(Tensor p, Tensor first, double w, double[] gram, int stride);

    /** w Σ (y − t)²; gradient ← 2w (y − t). */
    double squaredError(Tensor y, Tensor target, double w, Tensor gradient);

    /** The same, with the loss handed to what uses it when {@link #then} would run it. */
    default void squaredError(Tensor y, Tensor target, double w, Tensor gradient, DoubleConsumer loss) {
        loss.accept(squaredError(y, target, w, gradient));
    }

    /** w Σ (y − t)². */
    double squaredError(Tensor y, Tensor target, double w);

    /** Hands that number to what uses it, when {@link #then} would run it. */
    default void squaredError(Tensor y, Tensor target, double w, DoubleConsumer loss) {
        loss.accept(squaredError(y, target, w));
    }

    // ---- images: x is [R, inputs], y is [R, outputs] of the geometry; R counts examples times directions ----

    /** out ← α A(x; w) + β out; w: [out, kernel·kernel·channels]. */
    void convolve(Convolution g, Tensor x, Tensor w, double alpha, double beta, Tensor out);

    /** dx ← A*(dy; w) + β dx, the adjoint of {@link #convolve} in x; channels-last inputs only. */
    void convolveAdjoint(Convolution g, Tensor dy, Tensor w, double beta, Tensor dx);

    /** dw ← Σ_r of the adjoint in w + β dw. */
    void convolveWeightGradient(Convolution g, Tensor x, Tensor dy, double beta, Tensor dw);

    /**
     * The Gram matrix of all patches p of x and their sum: gram ← α Σ p pᵀ + β gram, sum ← α Σ p + β sum.
     *
     * @param gram [patch, patch], symmetric, in the order of the weights
     * @param sum [patch]
     */
    void convolveGram(Convolution g, Tensor x, double alpha, double beta, Tensor gram, Tensor sum);

    /**
     * out ← maximum of each window; index (same shape) ← its position in the window, the first of equals in row-major
     * order.
     */
    void maxPool(Pooling g, Tensor x, Tensor out, Tensor index);

    /**
     * out ← the elements of x that index selects; x: [n·N, inputs], index: [N, outputs] repeats for each of n
     * directions.
     */
    void maxPoolSelect(Pooling g, Tensor x, Tensor index, Tensor out);

    /**
     * dx ← dy at the places that index selects, 0 elsewhere, summed where windows overlap; repeated as in
     * maxPoolSelect.
     */
    void maxPoolScatter(Pooling g, Tensor dy, Tensor index, Tensor dx);

    /** out ← mean of each cell. */
    void averagePool(Averaging g, Tensor x, Tensor out);

    /** dx ← adjoint of {@link #averagePool}. */
    void averagePoolAdjoint(Averaging g, Tensor dy, Tensor dx);

    @Override
    void close();
}
