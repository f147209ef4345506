package soopt.backend.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * a = σ(z) with σ′, σ″, σ‴ from one evaluation of one transcendental, over off-heap float64 arrays. Each loop writes its first
 * {@code order} + 1 outputs. It is {@code FloatActivations} with the type replaced.
 */
final class DoubleActivations {
    private static final VectorSpecies<Double> LANES = DoubleVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int BYTES = Double.BYTES;
    private static final int WIDTH = LANES.length();

    private DoubleActivations() {}

    private static DoubleVector z(Loops.Operands x, int i, VectorMask<Double> mask) {
        int at = (x.atZ() + i) * BYTES;
        return mask == null
                ? DoubleVector.fromByteBuffer(LANES, x.z(), at, ORDER)
                : DoubleVector.fromByteBuffer(LANES, x.z(), at, ORDER, mask);
    }

    private static void put(DoubleVector value, ByteBuffer out, int at, int i, VectorMask<Double> mask) {
        if (mask == null) {
            value.intoByteBuffer(out, (at + i) * BYTES, ORDER);
        } else {
            value.intoByteBuffer(out, (at + i) * BYTES, ORDER, mask);
        }
    }

    /** Lanes of the last vector, of n elements in all. */
    private static VectorMask<Double> tail(int n) {
        return LANES.indexInRange(LANES.loopBound(n), n);
    }

    private static DoubleVector all(double value) {
        return DoubleVector.broadcast(LANES, (double) value);
    }

    static void identity(Loops.Operands x, int n, int order) {
        int whole = LANES.loopBound(n);
        for (int i = 0; i < whole; i += WIDTH) {
            identity(x, i, order, null);
        }
        if (whole < n) {
            identity(x, whole, order, tail(n));
        }
    }

    private static void identity(Loops.Operands x, int i, int order, VectorMask<Double> mask) {
        DoubleVector zero = all(0);
        DoubleVector one = all(1);
        put(z(x, i, mask), x.a(), x.atA(), i, mask);
        if (order >= 1) {
            put(one, x.s1(), x.at1(), i, mask);
        }
        if (order >= 3) {
            put(zero, x.s2(), x.at2(), i, mask);
            put(zero, x.s3(), x.at3(), i, mask);
        }
    }

    /** σ′(0) = 0. */
    static void relu(Loops.Operands x, int n, int order) {
        int whole = LANES.loopBound(n);
        for (int i = 0; i < whole; i += WIDTH) {
            relu(x, i, order, null);
        }
        if (whole < n) {
            relu(x, whole, order, tail(n));
        }
    }

    private static void relu(Loops.Operands x, int i, int order, VectorMask<Double> mask) {
        DoubleVector zero = all(0);
        DoubleVector one = all(1);
        DoubleVector z = z(x, i, mask);
        VectorMask<Double> positive = z.compare(VectorOperators.GT, zero);
        // NaN stays NaN, so that a diverged run is seen
        put(z.blend(zero, z.compare(VectorOperators.LE, zero)), x.a(), x.atA(), i, mask);
        if (order >= 1) {
            put(zero.blend(one, positive), x.s1(), x.at1(), i, mask);
        }
        if (order >= 3) {
            put(zero, x.s2(), x.at2(), i, mask);
            put(zero, x.s3(), x.at3(), i, mask);
        }
    }

    /** σ′ = 1 − a², σ″ = −2aσ′, σ‴ = σ′(6a² − 2). */
    static void tanh(Loops.Operands x, int n, int order) {
        int whole = LANES.loopBound(n);
        for (int i = 0; i < whole; i += WIDTH) {
            tanh(x, i, order, null);
        }
        if (whole < n) {
            tanh(x, whole, order, tail(n));
        }
        if (order >= 3) {
            higherTanh(x.a(), x.atA(), x.s1(), x.at1(), x.s2(), x.at2(), x.s3(), x.at3(), n);
        }
    }

    private static void tanh(Loops.Operands x, int i, int order, VectorMask<Double> mask) {
        DoubleVector a = DoubleExponentials.tanh(z(x, i, mask));
        put(a, x.a(), x.atA(), i, mask);
        if (order >= 1) {
            // (1 − a)(1 + a): 1 − a² would round a² first
            put(all(1).sub(a).mul(a.add(1)), x.s1(), x.at1(), i, mask);
        }
    }

    /** A loop of its own: with the constants of the exponential in the same one the registers do not suffice. */
    private static void higherTanh(
            ByteBuffer a, int atA, ByteBuffer s1, int at1, ByteBuffer s2, int at2, ByteBuffer s3, int at3, int n) {
        DoubleVector two = all(2);
        DoubleVector six = all(6);
        int i = 0;
        for (; i + WIDTH <= n; i += WIDTH) {
            DoubleVector value = DoubleVector.fromByteBuffer(LANES, a, (atA + i) * BYTES, ORDER);
            DoubleVector slope = DoubleVector.fromByteBuffer(LANES, s1, (at1 + i) * BYTES, ORDER);
            value.mul(slope).mul(two).neg().intoByteBuffer(s2, (at2 + i) * BYTES, ORDER);
            value.mul(value).mul(six).sub(two).mul(slope).intoByteBuffer(s3, (at3 + i) * BYTES, ORDER);
        }
        for (; i < n; i++) {
            double value = a.getDouble((atA + i) * BYTES);
            double slope = s1.getDouble((at1 + i) * BYTES);
            s2.putDouble((at2 + i) * BYTES, -(value * slope * 2));
            s3.putDouble((at3 + i) * BYTES, (value * value * 6 - 2) * slope);
        }
    }

    /** σ = eᶻ − 1 and σ′ = σ″ = σ‴ = eᶻ for z &lt; 0, else z, 1, 0, 0. */
    static void elu(Loops.Operands x, int n, int order) {
        int whole = LANES.loopBound(n);
        for (int i = 0; i < whole; i += WIDTH) {
            elu(x, i, order, null);
        }
        if (whole < n) {
            elu(x, whole, order, tail(n));
        }
    }

    private static void elu(Loops.Operands x, int i, int order, VectorMask<Double> mask) {
        DoubleVector zero = all(0);
        DoubleVector z = z(x, i, mask);
        DoubleVector a = DoubleExponentials.expm1(z.min(zero));
        VectorMask<Double> negative = z.compare(VectorOperators.LT, zero);
        put(z.blend(a, negative), x.a(), x.atA(), i, mask);
        if (order >= 1) {
            DoubleVector slope = a.add(1);
            put(slope, x.s1(), x.at1(), i, mask);
            if (order >= 3) {
                DoubleVector curved = zero.blend(slope, negative);
                put(curved, x.s2(), x.at2(), i, mask);
                put(curved, x.s3(), x.at3(), i, mask);
            }
        }
    }

    /** With e = exp(−|z|): σ = 1/(1 + e) or e/(1 + e), σ′ = e/(1 + e)², 1 − 2σ = ∓(1 − e)/(1 + e); no cancellation. */
    static void sigmoid(Loops.Operands x, int n, int order) {
        int whole = LANES.loopBound(n);
        for (int i = 0; i < whole; i += WIDTH) {
            sigmoid(x, i, order, null);
        }
        if (whole < n) {
            sigmoid(x, whole, order, tail(n));
        }
    }

    private static void sigmoid(Loops.Operands x, int i, int order, VectorMask<Double> mask) {
        DoubleVector zero = all(0);
        DoubleVector one = all(1);
        DoubleVector z = z(x, i, mask);
        VectorMask<Double> negative = z.compare(VectorOperators.LT, zero);
        DoubleVector e = DoubleExponentials.exp(z.abs().neg());
        DoubleVector r = one.div(e.add(1));
        put(r.blend(e.mul(r), negative), x.a(), x.atA(), i, mask);
        if (order >= 1) {
            DoubleVector slope = e.mul(r).mul(r);
            put(slope, x.s1(), x.at1(), i, mask);
            if (order >= 3) {
                DoubleVector t = one.sub(e).mul(r);
                put(slope.mul(t.neg().blend(t, negative)), x.s2(), x.at2(), i, mask);
                put(one.sub(slope.mul(6)).mul(slope), x.s3(), x.at3(), i, mask);
            }
        }
    }

    /** σ = max(z, 0) + log(1 + e) with e = exp(−|z|); σ′ is the sigmoid p, σ″ = p′, σ‴ = p″. */
    static void softplus(Loops.Operands x, int n, int order) {
        int whole = LANES.loopBound(n);
        for (int i = 0; i < whole; i += WIDTH) {
            softplus(x, i, order, null);
        }
        if (whole < n) {
            softplus(x, whole, order, tail(n));
        }
    }

    private static void softplus(Loops.Operands x, int i, int order, VectorMask<Double> mask) {
        DoubleVector zero = all(0);
        DoubleVector one = all(1);
        DoubleVector z = z(x, i, mask);
        VectorMask<Double> negative = z.compare(VectorOperators.LT, zero);
        DoubleVector e = DoubleExponentials.exp(z.abs().neg());
        put(z.max(zero).add(DoubleExponentials.log1p(e)), x.a(), x.atA(), i, mask);
        if (order >= 1) {
            DoubleVector r = one.div(e.add(1));
            put(r.blend(e.mul(r), negative), x.s1(), x.at1(), i, mask);
            if (order >= 3) {
                DoubleVector slope = e.mul(r).mul(r);
                DoubleVector t = one.sub(e).mul(r);
                put(slope, x.s2(), x.at2(), i, mask);
                put(slope.mul(t.neg().blend(t, negative)), x.s3(), x.at3(), i, mask);
            }
        }
    }

    /** a = z p with p the sigmoid: σ′ = p + z p′, σ″ = 2p′ + z p″, σ‴ = 3p″ + z p‴. */
    static void silu(Loops.Operands x, int n, int order) {
        int whole = LANES.loopBound(n);
        for (int i = 0; i < whole; i += WIDTH) {
            silu(x, i, order, null);
        }
        if (whole < n) {
            silu(x, whole, order, tail(n));
        }
    }

    private static void silu(Loops.Operands x, int i, int order, VectorMask<Double> mask) {
        DoubleVector zero = all(0);
        DoubleVector one = all(1);
        DoubleVector z = z(x, i, mask);
        VectorMask<Double> negative = z.compare(VectorOperators.LT, zero);
        DoubleVector e = DoubleExponentials.exp(z.abs().neg());
        DoubleVector r = one.div(e.add(1));
        DoubleVector p = r.blend(e.mul(r), negative);
        put(z.mul(p), x.a(), x.atA(), i, mask);
        if (order >= 1) {
            DoubleVector p1 = e.mul(r).mul(r);
            put(z.fma(p1, p), x.s1(), x.at1(), i, mask);
            if (order >= 3) {
                DoubleVector t = one.sub(e).mul(r);
                DoubleVector p2 = p1.mul(t.neg().blend(t, negative));
                DoubleVector p3 = one.sub(p1.mul(6)).mul(p1);
                put(z.fma(p2, p1.add(p1)), x.s2(), x.at2(), i, mask);
                put(z.fma(p3, p2.mul(3)), x.s3(), x.at3(), i, mask);
            }
        }
    }
}
