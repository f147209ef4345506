package soopt.backend.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Exponentials of vectors from sums and products alone, to about 2 units in the last place. The functions of the Vector
 * API differ in the last bit between interpreted and compiled code (JDK 17 compiles them to another library), so that
 * two equal runs would part. {@code DoubleExponentials} is this file with the type and its constants replaced, by hand.
 */
final class FloatExponentials {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    /** 1.5 · 2^23: adding it rounds to a whole number, which then lies in the low bits. */
    private static final float ROUNDER = 0x1.8p23f;

    private static final float LOG2_E = (float) 1.4426950408889634;
    /** ln 2 in two parts: the first has so few bits that its product with a whole number is exact. */
    private static final float LN_2_HIGH = 0.693359375f;

    private static final float LN_2_LOW = -2.12194440e-4f;
    private static final int MANTISSA = 23;
    private static final int ONE = 127 << MANTISSA;
    /** Below it eˣ − 1 rounds to −1. */
    private static final float LEAST_MINUS_ONE = -20f;
    /** Below it eˣ rounds to 0. */
    private static final float LEAST = -104f;

    private FloatExponentials() {}

    private static FloatVector all(double value) {
        return FloatVector.broadcast(LANES, (float) value);
    }

    /** (eʳ − 1 − r) / r² = Σ_k rᵏ⁻² / k! up to k = 8. */
    private static FloatVector exponentialSeries(FloatVector r) {
        FloatVector p = all(1.0 / 40320);
        p = p.fma(r, all(1.0 / 5040));
        p = p.fma(r, all(1.0 / 720));
        p = p.fma(r, all(1.0 / 120));
        p = p.fma(r, all(1.0 / 24));
        p = p.fma(r, all(1.0 / 6));
        p = p.fma(r, all(1.0 / 2));
        return p;
    }

    /** (artanh(s) / s − 1) / s² = Σ_k s²ᵏ⁻² / (2k + 1) up to k = 8. */
    private static FloatVector artanhSeries(FloatVector square) {
        FloatVector p = all(1.0 / 17);
        p = p.fma(square, all(1.0 / 15));
        p = p.fma(square, all(1.0 / 13));
        p = p.fma(square, all(1.0 / 11));
        p = p.fma(square, all(1.0 / 9));
        p = p.fma(square, all(1.0 / 7));
        p = p.fma(square, all(1.0 / 5));
        p = p.fma(square, all(1.0 / 3));
        return p;
    }

    /** eʳ − 1 with x = n ln 2 + r, |r| ≤ ln 2 / 2. */
    private static FloatVector fraction(FloatVector x, FloatVector rounded) {
        FloatVector n = rounded.sub(ROUNDER);
        FloatVector r = n.fma(all(-LN_2_LOW), n.fma(all(-LN_2_HIGH), x));
        return r.mul(r).fma(exponentialSeries(r), r);
    }

    /** x / ln 2 + ROUNDER. */
    private static FloatVector rounded(FloatVector x) {
        return x.fma(all(LOG2_E), all(ROUNDER));
    }

    /** 2ⁿ. */
    private static FloatVector power(FloatVector rounded) {
        IntVector bits = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, MANTISSA);
        return bits.add(ONE).reinterpretAsFloats();
    }

    /** eˣ for x ≤ 0, scaled by 2ⁿ in two halves: 2ⁿ alone may be no normal number. */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(LEAST);
        FloatVector rounded = rounded(bounded);
        IntVector n = rounded.reinterpretAsInts().sub(Float.floatToIntBits(ROUNDER));
        IntVector half = n.lanewise(VectorOperators.ASHR, 1);
        FloatVector first =
                half.lanewise(VectorOperators.LSHL, MANTISSA).add(ONE).reinterpretAsFloats();
        FloatVector second =
                n.sub(half).lanewise(VectorOperators.LSHL, MANTISSA).add(ONE).reinterpretAsFloats();
        return first.fma(fraction(bounded, rounded), first).mul(second);
    }

    /** eˣ − 1 for x ≤ 0. */
    static FloatVector expm1(FloatVector x) {
        FloatVector bounded = x.max(LEAST_MINUS_ONE);
        FloatVector rounded = rounded(bounded);
        FloatVector power = power(rounded);
        return power.fma(fraction(bounded, rounded), power.sub(1));
    }

    /** log(1 + x) = 2 artanh(x / (2 + x)) for 0 ≤ x ≤ 1. */
    static FloatVector log1p(FloatVector x) {
        FloatVector s = x.div(x.add(2));
        FloatVector square = s.mul(s);
        FloatVector twice = s.add(s);
        return twice.mul(square).fma(artanhSeries(square), twice);
    }

    /** tanh x = (1 − e) / (1 + e) with e = exp(−2|x|), by e − 1. */
    static FloatVector tanh(FloatVector x) {
        FloatVector m = expm1(x.abs().mul(-2));
        FloatVector t = m.neg().div(m.add(2));
        return t.blend(t.neg(), x.compare(VectorOperators.LT, 0));
    }
}
