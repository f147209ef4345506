package soopt.report.reproduce;

import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import soopt.report.fidelity.Interaction;
import soopt.report.read.Moment;
import soopt.report.table.Spread;

/** What the paper says of H̄ and its inverse. Entries are normalized: c_st = h_st / √|h_ss h_tt|. */
final class CurvatureClaims {
    /** Off-block share of a matrix that is far from block-diagonal, and of one that is not. */
    private static final double FAR = 0.4;

    private static final double NEAR = 0.2;
    private static final double WEAKER = 0.8;
    private static final double NEARER = 0.9;
    private static final double STRONGER = 1.1;

    private CurvatureClaims() {}

    static Claim farFromBlockDiagonal() {
        return new Claim(
                "H̄ is far from block-diagonal",
                "fig. 1: at initialization H̄ has large entries between layers",
                Scale.SMOKE,
                evidence -> {
                    double share = offBlock(evidence.first(), Moment.Kind.HESSIAN);
                    return Verdict.between(
                            share, NEAR, FAR, text("off-block share of H̄ at initialization %.2f", share));
                });
    }

    static Claim inverseIsNearer() {
        return new Claim(
                "H̄⁻¹ is nearer to block-diagonal than H̄",
                "fig. 1: large entries of H̄⁻¹ lie near its diagonal",
                Scale.SMOKE,
                evidence -> {
                    double of = offBlock(evidence.first(), Moment.Kind.HESSIAN);
                    double inverse = offBlock(evidence.first(), Moment.Kind.INVERSE);
                    return Verdict.between(
                            inverse / of,
                            1,
                            NEARER,
                            text("off-block shares at initialization: H̄ %.2f, H̄⁻¹ %.2f", of, inverse));
                });
    }

    /** @param last how many layers, from the end */
    static Claim interactAmongLast(int last, String paper) {
        return new Claim("the last " + last + " layers interact strongly", paper, Scale.SMOKE, evidence -> {
            double[][] c = layers(evidence.first());
            int from = Math.max(0, c.length - last);
            double among = mean(pairs(c).filter(pair -> pair[0] >= from && pair[1] >= from), c);
            double others = mean(pairs(c).filter(pair -> pair[0] < from || pair[1] < from), c);
            return Verdict.of(
                    among > others,
                    text("mean |c| at initialization: %.2f among them, %.2f of all other pairs", among, others));
        });
    }

    static Claim firstInteractsWithLast() {
        return new Claim(
                "the first chunk of layers interacts with the last",
                "fig. 3a: at initialization of VBigMLP",
                Scale.SMOKE,
                evidence -> {
                    double[][] c = layers(evidence.first());
                    double corner = c[0][c.length - 1];
                    double median = Spread.of(pairs(c).mapToDouble(pair -> c[pair[0]][pair[1]])
                                    .toArray())
                            .median();
                    return Verdict.of(
                            corner >= median,
                            text("|c| of first and last %.2f, median of all pairs %.2f", corner, median));
                });
    }

    static Claim longRangeFades(String paper) {
        return new Claim("interactions over a distance fade with training", paper, Scale.SHORT, evidence -> {
            double begin = farShare(evidence.first());
            double end = farShare(evidence.last());
            return Verdict.between(
                    end / begin,
                    1,
                    WEAKER,
                    text(
                            "share of H̄ beyond neighbouring layers: %.2f at initialization, %.2f at %s",
                            begin, end, evidence.last().words()));
        });
    }

    private static double offBlock(Moment moment, Moment.Kind kind) {
        return Interaction.of(Interaction.normalized(Evidence.matrix(moment, kind)), moment.groups())
                .offBlock();
    }

    private static double farShare(Moment moment) {
        return Interaction.of(Interaction.normalized(Evidence.matrix(moment, Moment.Kind.HESSIAN)), moment.groups())
                .beyondNeighbours();
    }

    /** Mean |c| between the groups of two layers [layers][layers]. */
    private static double[][] layers(Moment moment) {
        return Interaction.betweenLayers(
                Interaction.normalized(Evidence.matrix(moment, Moment.Kind.HESSIAN)), moment.groups());
    }

    private static Stream<int[]> pairs(double[][] c) {
        return IntStream.range(0, c.length)
                .boxed()
                .flatMap(a -> IntStream.range(a + 1, c.length).mapToObj(b -> new int[] {a, b}));
    }

    private static double mean(Stream<int[]> pairs, double[][] c) {
        return pairs.mapToDouble(pair -> c[pair[0]][pair[1]]).average().orElse(Double.NaN);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
