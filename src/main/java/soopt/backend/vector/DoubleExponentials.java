package soopt.backend.vector;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Exponentials of vectors from sums and products alone, to about 2 units in the last place. The functions of the Vector
 * API differ in the last bit between interpreted and compiled code (JDK 17 compiles them to another library), so that
 * two equal runs would part. {@code FloatExponentials} is this file with the type and its constants replaced.
 */
final class DoubleExponentials {
    private static final VectorSpecies<Double> LANES = DoubleVector.SPECIES_PREFERRED;
    /** 1.5 · 2^52: adding it rounds to a whole number, which then lies in the low bits. */
    private static final double ROUNDER = 0x1.8p52;

    private static final double LOG2_E = (double) 1.4426950408889634;
    /** ln 2 in two parts: the first has so few bits that its product with a whole number is exact. */
    private static final double LN_2_HIGH = 0x1.62e42fee00000p-1;

    private static final double LN_2_LOW = 0x1.a39ef35793c76p-33;
    private static final int MANTISSA = 52;
    private static final long ONE = 1023L << MANTISSA;
    /** Below it eˣ − 1 rounds to −1. */
    private static final double LEAST_MINUS_ONE = -40.0;
    /** Below it eˣ rounds to 0. */
    private static final double LEAST = -746.0;

    private DoubleExponentials() {}

    private static DoubleVector all(double value) {
        return DoubleVector.broadcast(LANES, (double) value);
    }

    /** (eʳ − 1 − r) / r² = Σ_k rᵏ⁻² / k! up to k = 14. */
    private static DoubleVector exponentialSeries(DoubleVector r) {
        DoubleVector p = all(1.0 / 87178291200L);
        p = p.fma(r, all(1.0 / 6227020800L));
        p = p.fma(r, all(1.0 / 479001600));
        p = p.fma(r, all(1.0 / 39916800));
        p = p.fma(r, all(1.0 / 3628800));
        p = p.fma(r, all(1.0 / 362880));
        p = p.fma(r, all(1.0 / 40320));
        p = p.fma(r, all(1.0 / 5040));
        p = p.fma(r, all(1.0 / 720));
        p = p.fma(r, all(1.0 / 120));
        p = p.fma(r, all(1.0 / 24));
        p = p.fma(r, all(1.0 / 6));
        p = p.fma(r, all(1.0 / 2));
        return p;
    }

    /** (artanh(s) / s − 1) / s² = Σ_k s²ᵏ⁻² / (2k + 1) up to k = 18. */
    private static DoubleVector artanhSeries(DoubleVector square) {
        DoubleVector p = all(1.0 / 37);
        p = p.fma(square, all(1.0 / 35));
        p = p.fma(square, all(1.0 / 33));
        p = p.fma(square, all(1.0 / 31));
        p = p.fma(square, all(1.0 / 29));
        p = p.fma(square, all(1.0 / 27));
        p = p.fma(square, all(1.0 / 25));
        p = p.fma(square, all(1.0 / 23));
        p = p.fma(square, all(1.0 / 21));
        p = p.fma(square, all(1.0 / 19));
        p = p.fma(square, all(1.0 / 17));
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
    private static DoubleVector fraction(DoubleVector x, DoubleVector rounded) {
        DoubleVector n = rounded.sub(ROUNDER);
        DoubleVector r = n.fma(all(-LN_2_LOW), n.fma(all(-LN_2_HIGH), x));
        return r.mul(r).fma(exponentialSeries(r), r);
    }

    /** x / ln 2 + ROUNDER. */
    private static DoubleVector rounded(DoubleVector x) {
        return x.fma(all(LOG2_E), all(ROUNDER));
    }

    /** 2ⁿ. */
    private static DoubleVector power(DoubleVector rounded) {
        LongVector bits = rounded.reinterpretAsLongs().lanewise(VectorOperators.LSHL, MANTISSA);
        return bits.add(ONE).reinterpretAsDoubles();
    }

    /** eˣ for x ≤ 0, scaled by 2ⁿ in two halves: 2ⁿ alone may be no normal number. */
    static DoubleVector exp(DoubleVector x) {
        DoubleVector bounded = x.max(LEAST);
        DoubleVector rounded = rounded(bounded);
        LongVector n = rounded.reinterpretAsLongs().sub(Double.doubleToLongBits(ROUNDER));
        LongVector half = n.lanewise(VectorOperators.ASHR, 1);
        DoubleVector first =
                half.lanewise(VectorOperators.LSHL, MANTISSA).add(ONE).reinterpretAsDoubles();
        DoubleVector second =
                n.sub(half).lanewise(VectorOperators.LSHL, MANTISSA).add(ONE).reinterpretAsDoubles();
        return first.fma(fraction(bounded, rounded), first).mul(second);
    }

    /** eˣ − 1 for x ≤ 0. */
    static DoubleVector expm1(DoubleVector x) {
        DoubleVector bounded = x.max(LEAST_MINUS_ONE);
        DoubleVector rounded = rounded(bounded);
        DoubleVector power = power(rounded);
        return power.fma(fraction(bounded, rounded), power.sub(1));
    }

    /** log(1 + x) = 2 artanh(x / (2 + x)) for 0 ≤ x ≤ 1. */
    static DoubleVector log1p(DoubleVector x) {
        DoubleVector s = x.div(x.add(2));
        DoubleVector square = s.mul(s);
        DoubleVector twice = s.add(s);
        return twice.mul(square).fma(artanhSeries(square), twice);
    }

    /** tanh x = (1 − e) / (1 + e) with e = exp(−2|x|), by e − 1. */
    static DoubleVector tanh(DoubleVector x) {
        DoubleVector m = expm1(x.abs().mul(-2));
        DoubleVector t = m.neg().div(m.add(2));
        return t.blend(t.neg(), x.compare(VectorOperators.LT, 0));
    }
}
