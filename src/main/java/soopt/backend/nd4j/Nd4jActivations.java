package soopt.backend.nd4j;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.scalar.Step;
import org.nd4j.linalg.api.ops.impl.transforms.same.Abs;
import org.nd4j.linalg.api.ops.impl.transforms.same.Sign;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erfc;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log;
import org.nd4j.linalg.factory.Nd4j;
import soopt.backend.Activation;
import soopt.backend.Precision;
import soopt.backend.Tensor;

/**
 * a = σ(z) with σ′, σ″, σ‴ in float64, piece by piece, from ND4J's exp, log and erfc alone. Its expm1, log1p, tanh, ELU
 * and softplus have no relative accuracy where they are small (1.0.0-M2.1), its GELU is an approximation, and its
 * scalar min, max and sign turn NaN into 0; RectifiedLinear(z; c) is a max(z, c) that keeps it.
 */
final class Nd4jActivations implements AutoCloseable {
    /**
     * Vanishes beside any difference of float64 numbers near 1, and makes 0/0 at the removable points of quotients 1.
     */
    private static final double TINY = 1e-300;

    /** Below this e^z − 1 is −1 in float64, and log e^z would be −∞ in the end. */
    private static final double LEAST_EXPONENTIAL = 1e-18;

    /** Beyond this the normal density is 0 in float64, and z³ must not overflow against it. */
    private static final double NORMAL_LIMIT = 40;

    private final Nd4jMemory memory;
    private final int length;
    private final List<Tensor> scratch = new ArrayList<>();

    private Nd4jActivations(Nd4jMemory memory, int length) {
        this.memory = memory;
        this.length = length;
    }

    /** σ and its derivatives of one piece. */
    private record Jet(INDArray a, INDArray s1, INDArray s2, INDArray s3) {
        /** σ where no derivative is asked for, which nobody may read then. */
        static Jet value(INDArray a) {
            return new Jet(a, a, a, a);
        }
    }

    /** outputs[k] ← σ⁽ᵏ⁾(z): one output, two or four; any may be z. */
    static void activate(Nd4jMemory memory, Activation f, Tensor z, Tensor... outputs) {
        for (long from = 0; from < z.size(); from += Nd4jMemory.CHUNK) {
            int length = (int) Math.min(Nd4jMemory.CHUNK, z.size() - from);
            try (Nd4jActivations piece = new Nd4jActivations(memory, length)) {
                INDArray wide = piece.next().assign(Nd4jMemory.flat(z.slice(from, length)));
                Jet jet = piece.jet(f, wide, outputs.length - 1);
                INDArray[] values = {jet.a, jet.s1, jet.s2, jet.s3};
                for (int k = 0; k < outputs.length; k++) {
                    Nd4jMemory.flat(outputs[k].slice(from, length)).assign(values[k]);
                }
            }
        }
    }

    private Jet jet(Activation f, INDArray z, int order) {
        return switch (f) {
            case TANH -> tanh(z, order);
            case SIGMOID -> sigmoid(z, order);
            case RELU -> relu(z, order);
            case ELU -> elu(z, order);
            case SOFTPLUS -> softplus(z, order);
            case GELU -> gelu(z, order);
            case SILU -> silu(z, order);
            case IDENTITY -> new Jet(z, constant(1), constant(0), constant(0));
        };
    }

    /** With e = exp(−2|z|): σ = ±(1 − e)/(1 + e), σ′ = 4e/(1 + e)², σ″ = −2σσ′, σ‴ = σ′(6σ² − 2). */
    private Jet tanh(INDArray z, int order) {
        INDArray exponent = abs(z).muli(-2);
        INDArray e = exp(exponent);
        INDArray below = e.add(1, next());
        INDArray a = expm1(exponent, e).divi(below).muli(sign(z)).negi();
        if (order == 0) {
            return Jet.value(a);
        }
        INDArray s1 = e.divi(below).divi(below).muli(4);
        INDArray s2 = a.mul(s1, next()).muli(-2);
        INDArray s3 = a.mul(a, next()).muli(6).subi(2).muli(s1);
        return new Jet(a, s1, s2, s3);
    }

    /**
     * σ = 1/(1 + e⁻ᶻ) with p′ = σ(1 − σ), p″ = p′(1 − 2σ), p‴ = p′(1 − 6p′), from e = exp(−|z|) without cancellation.
     */
    private Jet sigmoid(INDArray z, int order) {
        INDArray e = exp(abs(z).negi());
        INDArray inverse = e.add(1, next()).rdivi(1);
        INDArray positive = step(z);
        // e for z ≤ 0 and e + (1 − e) = 1 for z > 0
        INDArray a = e.rsub(1, next()).muli(positive).addi(e).muli(inverse);
        if (order == 0) {
            return Jet.value(a);
        }
        INDArray s1 = e.mul(inverse, next()).muli(inverse);
        INDArray side = positive.muli(-2).addi(1);
        INDArray s2 = e.rsub(1, next()).muli(inverse).muli(side).muli(s1);
        INDArray s3 = s1.mul(-6, next()).addi(1).muli(s1);
        return new Jet(a, s1, s2, s3);
    }

    /** max(z, 0), 1[z > 0], 0, 0. */
    private Jet relu(INDArray z, int order) {
        return new Jet(atLeast(z, 0), step(z), constant(0), constant(0));
    }

    /** eᶻ − 1 and σ′ = σ″ = σ‴ = eᶻ for z &lt; 0, else z, 1, 0, 0. */
    private Jet elu(INDArray z, int order) {
        INDArray negative = atLeast(z.mul(-1, next()), 0).negi();
        INDArray s1 = exp(negative);
        INDArray a = expm1(negative, s1).addi(atLeast(z, 0));
        if (order == 0) {
            return Jet.value(a);
        }
        INDArray curved = step(z.mul(-1, next())).muli(s1);
        return new Jet(a, s1, curved, curved);
    }

    /** max(z, 0) + log(1 + e) with e = exp(−|z|); the derivatives are the sigmoid and its own. */
    private Jet softplus(INDArray z, int order) {
        INDArray e = exp(abs(z).negi());
        INDArray sum = e.add(1, next());
        // log(1 + e) = e · log(s)/(s − 1) with the rounded s = 1 + e (Goldberg 1991, theorem 4)
        INDArray a = log(sum).addi(TINY).divi(sum.subi(1).addi(TINY)).muli(e).addi(atLeast(z, 0));
        if (order == 0) {
            return Jet.value(a);
        }
        Jet p = sigmoid(z, 2);
        return new Jet(a, p.a, p.s1, p.s2);
    }

    /** z p with p the sigmoid: σ′ = p + z p′, σ″ = 2p′ + z p″, σ‴ = 3p″ + z p‴. */
    private Jet silu(INDArray z, int order) {
        Jet p = sigmoid(z, order);
        INDArray a = z.mul(p.a, next());
        if (order == 0) {
            return Jet.value(a);
        }
        INDArray s1 = z.mul(p.s1, next()).addi(p.a);
        INDArray s2 = p.s1.muli(2).addi(z.mul(p.s2, next()));
        INDArray s3 = p.s2.muli(3).addi(p.s3.muli(z));
        return new Jet(a, s1, s2, s3);
    }

    /** zΦ, Φ + zφ, (2 − z²)φ, (z² − 4)zφ with the normal distribution function Φ and density φ. */
    private Jet gelu(INDArray z, int order) {
        INDArray x = atLeast(atLeast(z, -NORMAL_LIMIT).negi(), -NORMAL_LIMIT).negi();
        INDArray cumulative = x.mul(-Math.sqrt(0.5), next());
        Nd4j.exec(new Erfc(cumulative, cumulative));
        cumulative.muli(0.5);
        INDArray a = z.mul(cumulative, next());
        if (order == 0) {
            return Jet.value(a);
        }
        INDArray square = x.mul(x, next());
        INDArray density = exp(square.mul(-0.5, next())).muli(1 / Math.sqrt(2 * Math.PI));
        INDArray s1 = x.mul(density, next()).addi(cumulative);
        INDArray s2 = square.rsub(2, next()).muli(density);
        INDArray s3 = square.subi(4).muli(x).muli(density);
        return new Jet(a, s1, s2, s3);
    }

    /** eˣ − 1 for x ≤ 0 as x (e − 1)/log e with the rounded e = eˣ (Kahan; Higham 2002, §1.14.1). */
    private INDArray expm1(INDArray x, INDArray e) {
        INDArray bounded = atLeast(e, LEAST_EXPONENTIAL);
        INDArray quotient = bounded.sub(1, next()).addi(TINY).divi(log(bounded).addi(TINY));
        return quotient.muli(atLeast(x, Math.log(LEAST_EXPONENTIAL)));
    }

    // ---- one operation into new scratch ----

    private INDArray next() {
        Tensor tensor = memory.allocate(Precision.FLOAT64, length);
        scratch.add(tensor);
        return Nd4jMemory.flat(tensor);
    }

    private INDArray constant(double value) {
        return next().assign(value);
    }

    private INDArray abs(INDArray x) {
        return Nd4j.exec(new Abs(x, next()));
    }

    /** NaN becomes 0. */
    private INDArray sign(INDArray x) {
        return Nd4j.exec(new Sign(x, next()));
    }

    /** 1[x > 0]. */
    private INDArray step(INDArray x) {
        return Nd4j.exec(new Step(x, next(), 0));
    }

    private INDArray atLeast(INDArray x, double bound) {
        return Nd4j.exec(new RectifiedLinear(x, next(), bound));
    }

    private INDArray exp(INDArray x) {
        return Nd4j.exec(new Exp(x, next()));
    }

    private INDArray log(INDArray x) {
        return Nd4j.exec(new Log(x, next()));
    }

    @Override
    public void close() {
        scratch.forEach(Tensor::close);
    }
}
