package soopt.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every backend computes the losses, their Hessians and their tangents as the interface says, for any finite logits.
 */
class LossContractTest {
    /** Roundoffs of an exponential, a sum over classes and a few operations. */
    private static final double FORMULA = 8;

    /** Roundoffs of a sum, as a multiple of the sum of the absolute values of its terms: 1e-6 in float32. */
    private static final double SUM = 16;

    private static final double WEIGHT = 1 / 7.0;

    static Stream<Subject> subjects() {
        return Subject.all();
    }

    /** Labels at both borders first. */
    private static double[] labels(int examples, int classes) {
        Random random = new Random(examples);
        double[] labels = new double[examples];
        for (int i = 0; i < examples; i++) {
            labels[i] = i == 0 ? 0 : i == 1 ? classes - 1 : random.nextInt(classes);
        }
        return labels;
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void crossEntropy_isAccurate_forOrdinaryLogits(Subject subject) {
        for (int[] shape : new int[][] {{1, 2}, {3, 7}, {9, 10}, {100, 31}, {1, 1000}, {300, 3}}) {
            double[] logits = subject.normal(1, shape[0] * shape[1]);
            assertCrossEntropy(subject, logits, labels(shape[0], shape[1]), shape[1]);
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void crossEntropy_isAccurate_forExtremeLogits(Subject subject) {
        double[] logits = {
            1000, 0, -1000, // gaps of 1000, the label right and wrong
            1000, 0, -1000, -1000, -1000.5, -999.25, // all far below 0
            -1000, -1000, -1000, 1000, 1000, 1000, 100, -100, 0, 1e-8, 0, -1e-8
        };
        assertCrossEntropy(subject, logits, new double[] {0, 2, 1, 0, 2, 1, 0}, 3);
    }

    private static void assertCrossEntropy(Subject subject, double[] values, double[] labels, int classes) {
        int n = labels.length;
        double[] logits = Arrays.stream(values).map(subject::round).toArray();
        double[] p = Reference.softmax(logits, classes);
        double[] gradient = new double[p.length];
        double[] gradientSize = new double[p.length];
        Reference.Sum loss = new Reference.Sum();
        Reference.Sum lossSize = new Reference.Sum();
        for (int i = 0; i < n; i++) {
            double logSum = Reference.logSumExp(logits, i * classes, classes);
            double logit = logits[i * classes + (int) labels[i]];
            loss.add(WEIGHT * (logSum - logit));
            lossSize.add(WEIGHT * (Math.abs(logSum) + Math.abs(logit)));
            for (int c = 0; c < classes; c++) {
                int at = i * classes + c;
                int target = c == (int) labels[i] ? 1 : 0;
                gradient[at] = WEIGHT * (p[at] - target);
                gradientSize[at] = WEIGHT * (p[at] + target);
            }
        }
        double[] one = {loss.value()};
        double[] size = {lossSize.value()};
        subject.assertClose(
                Arena.join(one, one, one, p, p, gradient, gradient),
                Arena.join(size, size, size, p, p, gradientSize, gradientSize),
                FORMULA,
                subject.compute(arena -> crossEntropy(arena, logits, labels, classes)));
    }

    /** The loss and what else is asked for, in each of the allowed combinations. */
    private static double[] crossEntropy(Arena arena, double[] logits, double[] labels, int classes) {
        int n = labels.length;
        Backend backend = arena.backend();
        Tensor y = arena.of(logits, n, classes);
        Tensor label = arena.of(labels);
        Tensor p1 = arena.empty(n, classes);
        Tensor p2 = arena.empty(n, classes);
        Tensor g1 = arena.empty(n, classes);
        Tensor g2 = arena.empty(n, classes);
        double[] losses = {
            backend.softmaxCrossEntropy(y, label, WEIGHT, p1, g1),
            backend.softmaxCrossEntropy(y, label, WEIGHT, p2, g2),
            backend.softmaxCrossEntropy(y, label, WEIGHT)
        };
        return Arena.join(losses, arena.read(p1), arena.read(p2), arena.read(g1), arena.read(g2));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void countCorrect_takesTheFirstOfEqualLogits(Subject subject) {
        double[] logits = {
            1, 2, 3, // right
            3, 2, 1, // wrong
            5, 5, 1, // right: the first of two
            1, 5, 5, // wrong: the second of two
            -1000, -1000, -1000 // right: the first of three
        };
        double[] labels = {2, 2, 0, 2, 0};
        double[] correct = subject.compute(arena ->
                new double[] {arena.backend().countCorrect(arena.of(logits, 5, 3), arena.of(labels))});
        assertEquals(3, correct[0], subject.toString());
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void softmaxHessian_isAppliedPerDirection(Subject subject) {
        for (int[] shape : new int[][] {{1, 1, 2}, {3, 9, 10}, {2, 100, 31}, {0, 5, 3}}) {
            int n = shape[0];
            int classes = shape[2];
            double[] p = probabilities(subject, shape[1], classes);
            double[] v = subject.normal(2, n * p.length);
            double[] size = Reference.multiply(Reference.absolute(v), p);
            addClassMaximum(size, p, v, classes);
            double[] expected = Reference.multiply(Reference.centre(p, v, classes), p);
            subject.assertClose(
                    Reference.combine(WEIGHT, expected, 0, expected),
                    Reference.combine(WEIGHT, size, 0, size),
                    FORMULA,
                    subject.compute(arena -> {
                        Tensor out = arena.empty(n, shape[1], classes);
                        arena.backend()
                                .softmaxHessian(
                                        arena.of(p, shape[1], classes), arena.of(v, n, shape[1], classes), WEIGHT, out);
                        return arena.read(out);
                    }));
        }
    }

    /** size += p · Σ p|v|, the other term of the Hessian. */
    private static void addClassMaximum(double[] size, double[] p, double[] v, int classes) {
        for (int row = 0; row < v.length; row += classes) {
            double mean = 0;
            for (int c = 0; c < classes; c++) {
                mean += p[row % p.length + c] * Math.abs(v[row + c]);
            }
            for (int c = 0; c < classes; c++) {
                size[row + c] += p[row % p.length + c] * mean;
            }
        }
    }

    private static double[] probabilities(Subject subject, int examples, int classes) {
        double[] p = Reference.softmax(subject.normal(1, examples * classes), classes);
        return Arrays.stream(p).map(subject::round).toArray();
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void softmaxTangents_areTheSecondAndThirdDerivatives(Subject subject) {
        for (int[] shape : new int[][] {{0, 3, 2}, {1, 1, 2}, {3, 9, 10}, {8, 100, 31}, {20, 7, 3}}) {
            assertSoftmaxTangents(subject, shape, 0, false);
            for (int n2 : new int[] {0, shape[0] / 2, shape[0]}) {
                assertSoftmaxTangents(subject, shape, n2, true);
            }
        }
    }

    private static void assertSoftmaxTangents(Subject subject, int[] shape, int n2, boolean thirdOrder) {
        int n = shape[0];
        int classes = shape[2];
        int m = shape[1] * classes;
        double[] p = probabilities(subject, shape[1], classes);
        // a large common shift of each example's tangent must cancel: the forms are centred
        double[] first = subject.normal(2, n * m);
        for (int i = 0; i < first.length; i++) {
            first[i] = subject.round(first[i] + 8 * (i / classes % 2));
        }
        double[] second = subject.normal(3, n2 * m);
        double[] centred = Reference.centre(p, first, classes);
        // the rounding of an uncentred entry stays in the centred one
        double[] size = Reference.combine(1, Reference.absolute(centred), 1, Reference.absolute(first));
        subject.assertClose(
                Reference.softmaxTangents(WEIGHT, centred, second, p, n, n2, thirdOrder),
                Reference.softmaxTangents(WEIGHT, size, Reference.absolute(second), p, n, n2, thirdOrder),
                SUM,
                subject.compute(arena -> {
                    double[] gram = Reference.ones((n + 1) * (n + 1));
                    double[] third = Reference.ones(n);
                    Tensor q = arena.of(p, shape[1], classes);
                    Tensor v = arena.of(first, n, shape[1], classes);
                    if (thirdOrder) {
                        Tensor v2 = arena.of(second, n2, shape[1], classes);
                        arena.backend().softmaxTangents(q, v, v2, n2, WEIGHT, gram, n + 1, third);
                    } else {
                        arena.backend().softmaxTangents(q, v, WEIGHT, gram, n + 1);
                    }
                    return Arena.join(gram, third);
                }));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void squaredError_andItsGradient_areAccurate(Subject subject) {
        for (int n : new int[] {1, 3, 7, 8, 9, 31, 100, 1000, 4099}) {
            double[] y = subject.normal(1, n);
            double[] t = subject.normal(2, n);
            double[] difference = Reference.combine(1, y, -1, t);
            double[] size = Reference.combine(1, Reference.absolute(y), 1, Reference.absolute(t));
            double[] loss = {WEIGHT * Reference.dot(difference, difference)};
            double[] lossSize = {WEIGHT * Reference.dot(size, size)};
            subject.assertClose(
                    Arena.join(loss, loss, Reference.combine(2 * WEIGHT, difference, 0, difference)),
                    Arena.join(lossSize, lossSize, Reference.combine(2 * WEIGHT, size, 0, size)),
                    FORMULA,
                    subject.compute(arena -> {
                        Tensor gradient = arena.empty(n);
                        Tensor output = arena.of(y);
                        Tensor target = arena.of(t);
                        double with = arena.backend().squaredError(output, target, WEIGHT, gradient);
                        double without = arena.backend().squaredError(output, target, WEIGHT);
                        return Arena.join(new double[] {with, without}, arena.read(gradient));
                    }));
        }
    }
}
