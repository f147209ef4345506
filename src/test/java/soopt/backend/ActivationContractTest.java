package soopt.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every backend evaluates every activation with three derivatives, and the tangents through it, as the interface says.
 */
class ActivationContractTest {
    /** Roundoffs of a transcendental and a few operations after it, as a multiple of the terms of the formula. */
    private static final double FORMULA = 12;

    /** Roundoffs of a sum, as a multiple of the sum of the absolute values of its terms: 1e-6 in float32. */
    private static final double SUM = 16;

    static Stream<Subject> subjects() {
        return Subject.all();
    }

    /** A grid over the curved part, ±2⁻ᵏ down to where squares vanish, the tails, and where exp leaves the range. */
    private static double[] points(Subject subject, int grid) {
        double[] special = {
            0.0,
            -0.0,
            1e-8,
            1e-12,
            1e-30,
            0.54930614,
            0.65847895,
            16.5,
            17.5,
            38.5,
            87.4,
            88.8,
            104,
            300,
            708.5,
            745.2,
            1000,
            1e30
        };
        double[] points = new double[grid + 2 * special.length];
        for (int i = 0; i < grid; i++) {
            points[i] = subject.round(-30 + 60.0 * i / grid);
        }
        for (int i = 0; i < special.length; i++) {
            points[grid + 2 * i] = subject.round(special[i]);
            points[grid + 2 * i + 1] = -subject.round(special[i]);
        }
        return points;
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void activations_andThreeDerivatives_areAccurateEverywhere(Subject subject) {
        double[] z = points(subject, 4001);
        for (Activation f : Activation.values()) {
            double[] value = new double[4 * z.length];
            double[] terms = new double[4 * z.length];
            for (int i = 0; i < z.length; i++) {
                ActivationReference reference = ActivationReference.of(f, z[i]);
                for (int k = 0; k < 4; k++) {
                    value[k * z.length + i] = reference.value()[k];
                    terms[k * z.length + i] = reference.terms()[k];
                }
            }
            double[] actual = subject.compute(arena -> jet(arena, f, z));
            try {
                subject.assertClose(value, terms, FORMULA, actual);
            } catch (AssertionError error) {
                throw new AssertionError(f + " on " + z.length + " points: " + error.getMessage(), error);
            }
        }
    }

    private static double[] jet(Arena arena, Activation f, double[] z) {
        Tensor a = arena.empty(z.length);
        Tensor s1 = arena.empty(z.length);
        Tensor s2 = arena.empty(z.length);
        Tensor s3 = arena.empty(z.length);
        arena.backend().activate(f, arena.of(z), a, s1, s2, s3);
        return Arena.join(arena.read(a), arena.read(s1), arena.read(s2), arena.read(s3));
    }

    /**
     * The value alone, with one derivative and with three, in place or not, is the same to the last bit: replays depend
     * on it.
     */
    @ParameterizedTest
    @MethodSource("subjects")
    void everyForm_givesTheSameBits(Subject subject) {
        for (int grid : new int[] {1, 8, 64, 4063}) {
            double[] z = points(subject, grid);
            for (Activation f : Activation.values()) {
                double[] jet = subject.compute(arena -> jet(arena, f, z));
                double[] a = Arrays.copyOf(jet, z.length);
                double[] s1 = Arrays.copyOfRange(jet, z.length, 2 * z.length);
                double[] expected = Arena.join(a, a, a, s1, a, s1, a, s1, jet);
                subject.assertExact(expected, subject.compute(arena -> forms(arena, f, z)));
            }
        }
    }

    private static double[] forms(Arena arena, Activation f, double[] z) {
        int n = z.length;
        Backend backend = arena.backend();
        Tensor a = arena.empty(n);
        backend.activate(f, arena.of(z), a);
        Tensor aInPlace = arena.of(z);
        backend.activate(f, aInPlace, aInPlace);
        Tensor a1 = arena.empty(n);
        Tensor s1 = arena.empty(n);
        backend.activate(f, arena.of(z), a1, s1);
        Tensor a2 = arena.of(z);
        Tensor s2 = arena.empty(n);
        backend.activate(f, a2, a2, s2);
        Tensor a3 = arena.empty(n);
        Tensor s3 = arena.of(z);
        backend.activate(f, s3, a3, s3);
        Tensor[] jet = {arena.of(z), arena.empty(n), arena.empty(n), arena.empty(n)};
        backend.activate(f, jet[0], jet[0], jet[1], jet[2], jet[3]);
        return Arena.join(
                arena.read(a),
                arena.read(aInPlace),
                arena.read(a1),
                arena.read(s1),
                arena.read(a2),
                arena.read(s2),
                arena.read(a3),
                arena.read(s3),
                arena.read(jet[0]),
                arena.read(jet[1]),
                arena.read(jet[2]),
                arena.read(jet[3]));
    }

    /** Rows of one number, of less and of more than a vector, and so many that they come in several blocks. */
    @ParameterizedTest
    @MethodSource("subjects")
    void biased_isTheActivationOfTheSum(Subject subject) {
        for (int d : new int[] {1, 6, 40, 1500}) {
            int rows = 9000 / d;
            double[] z = subject.normal(1, rows * d);
            double[] bias = subject.normal(2, d);
            for (Activation f : Activation.values()) {
                double[] expected = subject.compute(arena -> {
                    Tensor sum = arena.of(z, rows, d);
                    arena.backend().addRowInPlace(arena.of(bias), sum);
                    double[] jet = jet(arena, f, arena.read(sum));
                    return Arena.join(arena.read(sum), Arrays.copyOf(jet, z.length), jet);
                });
                subject.assertExact(expected, subject.compute(arena -> biased(arena, f, bias, z)));
            }
        }
    }

    private static double[] biased(Arena arena, Activation f, double[] bias, double[] z) {
        int n = z.length;
        Tensor b = arena.of(bias);
        Tensor value = arena.of(z);
        Tensor a = arena.empty(n);
        arena.backend().activateBiased(f, b, value, a);
        Tensor[] jet = {arena.of(z), arena.empty(n), arena.empty(n), arena.empty(n)};
        arena.backend().activateBiased(f, b, jet[0], jet);
        return Arena.join(
                arena.read(value),
                arena.read(a),
                arena.read(jet[0]),
                arena.read(jet[1]),
                arena.read(jet[2]),
                arena.read(jet[3]));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void kinks_followTheConvention(Subject subject) {
        for (double zero : new double[] {0.0, -0.0}) {
            double[] relu = subject.compute(arena -> jet(arena, Activation.RELU, new double[] {zero}));
            double[] elu = subject.compute(arena -> jet(arena, Activation.ELU, new double[] {zero}));
            for (int k = 0; k < 4; k++) {
                assertEquals(0, Math.abs(relu[k]), "ReLU, derivative " + k);
                assertEquals(k == 1 ? 1 : 0, Math.abs(elu[k]), "ELU, derivative " + k);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void notANumber_staysVisible(Subject subject) {
        for (Activation f : Activation.values()) {
            double[] a = subject.compute(arena -> jet(arena, f, new double[] {1, Double.NaN, 2}));
            assertTrue(!Double.isNaN(a[0]) && Double.isNaN(a[1]) && !Double.isNaN(a[2]), subject + " " + f);
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void tangents_areContractedAndPropagated(Subject subject) {
        for (int n : new int[] {0, 1, 3, 20}) {
            for (int m : new int[] {1, 8, 31, 4099}) {
                assertTangents(subject, n, m, 0, false);
                for (int n2 : new int[] {0, n / 2, n}) {
                    assertTangents(subject, n, m, n2, true);
                }
            }
        }
    }

    private static void assertTangents(Subject subject, int n, int m, int n2, boolean thirdOrder) {
        double[] first = subject.normal(1, n * m);
        double[] second = subject.normal(2, n * m);
        // rows without a second-order tangent hold anything
        Arrays.fill(second, n2 * m, n * m, Double.NaN);
        double[] lambda = subject.normal(3, m);
        double[][] s = {subject.normal(4, m), subject.normal(5, m), subject.normal(6, m)};
        double[][] size = {Reference.absolute(s[0]), Reference.absolute(s[1]), Reference.absolute(s[2])};
        subject.assertClose(
                Reference.tangents(first, second, n, n2, lambda, s, thirdOrder),
                Reference.tangents(
                        Reference.absolute(first),
                        Reference.absolute(second),
                        n,
                        n2,
                        Reference.absolute(lambda),
                        size,
                        thirdOrder),
                SUM,
                subject.compute(arena -> {
                    double[] gram = Reference.ones((n + 2) * (n + 2));
                    double[] third = Reference.ones(n);
                    Tensor f = arena.of(first, n, m);
                    Tensor[] t = {arena.of(lambda), arena.of(s[0]), arena.of(s[1]), arena.of(s[2])};
                    if (!thirdOrder) {
                        arena.backend().activationTangents(f, t[0], t[1], t[2], gram, n + 2);
                        return Arena.join(gram, third, arena.read(f));
                    }
                    Tensor g = arena.of(second, n, m);
                    arena.backend().activationTangents(f, g, n2, t[0], t[1], t[2], t[3], gram, n + 2, third);
                    return Arena.join(gram, third, arena.read(f), arena.read(g));
                }));
    }
}
