package soopt.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every backend convolves and pools as the interface says, against plain float64 loops. */
class ImageContractTest {
    /** Roundoffs of a sum or product of matrices, as a multiple of the sum of the absolute values of its terms. */
    private static final double SUM = 16;

    private static final double ALPHA = -0.7;
    private static final double BETA = 1.3;
    private static final int IMAGES = 3;

    static Stream<Subject> subjects() {
        return Subject.all();
    }

    /**
     * Channels around a vector's width, kernels and strides that leave pixels over, more padding than usual, one whose
     * patches come in several groups.
     */
    private static List<Convolution> convolutions() {
        List<Convolution> all = new ArrayList<>();
        for (boolean channelsFirst : new boolean[] {false, true}) {
            all.add(new Convolution(1, 1, 1, 1, 1, 1, 0, channelsFirst));
            all.add(new Convolution(3, 6, 5, 2, 3, 1, 1, channelsFirst));
            all.add(new Convolution(17, 5, 7, 9, 3, 2, 1, channelsFirst));
            all.add(new Convolution(2, 9, 8, 3, 5, 3, 2, channelsFirst));
            all.add(new Convolution(8, 4, 4, 16, 1, 1, 0, channelsFirst));
            all.add(new Convolution(2, 3, 3, 4, 3, 1, 2, channelsFirst));
            all.add(new Convolution(16, 40, 40, 1, 5, 1, 2, channelsFirst));
            all.add(new Convolution(32, 8, 9, 48, 3, 1, 1, channelsFirst));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void convolution_isItsSum(Subject subject) {
        for (Convolution g : convolutions()) {
            double[] x = subject.normal(1, IMAGES * g.inputs());
            double[] w = subject.normal(2, g.outChannels() * g.patch());
            double[] out = subject.normal(3, IMAGES * g.outputs());
            for (double beta : betas(g)) {
                double[] expected = ImageReference.convolve(g, IMAGES, x, w, ALPHA, beta, out);
                double[] size = ImageReference.convolve(
                        g, IMAGES, Reference.absolute(x), Reference.absolute(w), -ALPHA, beta, Reference.absolute(out));
                subject.assertClose(expected, size, SUM, subject.compute(arena -> {
                    Tensor y = output(arena, beta, out, IMAGES, g.outputs());
                    arena.backend().convolve(g, arena.of(x, IMAGES, g.inputs()), weights(arena, g, w), ALPHA, beta, y);
                    return arena.read(y);
                }));
            }
        }
    }

    /** One suffices for the large one, whose reference takes long. */
    private static double[] betas(Convolution g) {
        return g.height() > 20 ? new double[] {BETA} : new double[] {0, 1, BETA};
    }

    private static Tensor weights(Arena arena, Convolution g, double[] w) {
        return arena.of(w, g.outChannels(), g.kernel(), g.kernel(), g.channels());
    }

    /** With β = 0 an output may hold anything. */
    private static Tensor output(Arena arena, double beta, double[] values, int... shape) {
        return beta == 0 ? arena.empty(shape) : arena.of(values, shape);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void convolutionAdjoints_areTheTransposes(Subject subject) {
        for (Convolution g : convolutions()) {
            double[] x = subject.normal(1, IMAGES * g.inputs());
            double[] w = subject.normal(2, g.outChannels() * g.patch());
            double[] dy = subject.normal(3, IMAGES * g.outputs());
            double[] size = Reference.absolute(dy);
            for (double beta : betas(g)) {
                subject.assertClose(
                        ImageReference.weightGradient(g, IMAGES, x, dy, beta, w),
                        ImageReference.weightGradient(
                                g, IMAGES, Reference.absolute(x), size, beta, Reference.absolute(w)),
                        SUM,
                        subject.compute(arena -> {
                            Tensor dw = output(arena, beta, w, g.outChannels(), g.kernel(), g.kernel(), g.channels());
                            arena.backend()
                                    .convolveWeightGradient(
                                            g,
                                            arena.of(x, IMAGES, g.inputs()),
                                            arena.of(dy, IMAGES, g.outputs()),
                                            beta,
                                            dw);
                            return arena.read(dw);
                        }));
                if (!g.channelsFirst()) {
                    subject.assertClose(
                            ImageReference.adjoint(g, IMAGES, dy, w, beta, x),
                            ImageReference.adjoint(g, IMAGES, size, Reference.absolute(w), beta, Reference.absolute(x)),
                            SUM,
                            subject.compute(arena -> {
                                Tensor dx = output(arena, beta, x, IMAGES, g.inputs());
                                arena.backend()
                                        .convolveAdjoint(
                                                g, arena.of(dy, IMAGES, g.outputs()), weights(arena, g, w), beta, dx);
                                return arena.read(dx);
                            }));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void maxPool_takesTheFirstMaximum_andItsTransposeReturnsIt(Subject subject) {
        int directions = 2;
        List<Pooling> geometries = List.of(
                new Pooling(1, 2, 2, 2, 2),
                new Pooling(3, 5, 4, 2, 2),
                new Pooling(17, 7, 9, 3, 2),
                new Pooling(8, 6, 6, 3, 1),
                new Pooling(16, 4, 4, 1, 1));
        for (Pooling g : geometries) {
            double[] x = subject.normal(1, IMAGES * g.inputs());
            // few values, so that most windows have ties; and no −0, which either sign may answer
            for (int i = 0; i < x.length; i++) {
                x[i] = Math.rint(x[i]) + 0.0;
            }
            double[] index = ImageReference.argMax(g, IMAGES, x);
            double[] v = subject.normal(2, directions * IMAGES * g.inputs());
            double[] dy = subject.normal(3, directions * IMAGES * g.outputs());
            subject.assertExact(
                    Arena.join(index, ImageReference.select(g, x, index), ImageReference.select(g, v, index)),
                    subject.compute(arena -> {
                        Tensor where = arena.empty(IMAGES, g.outputs());
                        Tensor out = arena.empty(IMAGES, g.outputs());
                        arena.backend().maxPool(g, arena.of(x, IMAGES, g.inputs()), out, where);
                        Tensor selected = arena.empty(directions * IMAGES, g.outputs());
                        arena.backend().maxPoolSelect(g, arena.of(v, directions * IMAGES, g.inputs()), where, selected);
                        return Arena.join(arena.read(where), arena.read(out), arena.read(selected));
                    }));
            subject.assertClose(
                    ImageReference.scatter(g, dy, index),
                    ImageReference.scatter(g, Reference.absolute(dy), index),
                    SUM,
                    subject.compute(arena -> {
                        Tensor dx = arena.empty(directions * IMAGES, g.inputs());
                        arena.backend()
                                .maxPoolScatter(
                                        g,
                                        arena.of(dy, directions * IMAGES, g.outputs()),
                                        arena.of(index, IMAGES, g.outputs()),
                                        dx);
                        return arena.read(dx);
                    }));
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void averagePool_isTheMeanOfItsCells_andItsAdjointTheTranspose(Subject subject) {
        List<Averaging> geometries = List.of(
                Averaging.windows(3, 5, 4, 2, 2),
                Averaging.windows(17, 7, 9, 3, 2),
                Averaging.adaptive(8, 6, 6, 1, 1),
                Averaging.adaptive(3, 7, 5, 3, 2),
                Averaging.adaptive(2, 2, 3, 4, 3));
        for (Averaging g : geometries) {
            double[] x = subject.normal(1, IMAGES * g.inputs());
            double[] dy = subject.normal(2, IMAGES * g.outputs());
            subject.assertClose(
                    Arena.join(ImageReference.average(g, x), ImageReference.averageAdjoint(g, dy)),
                    Arena.join(
                            ImageReference.average(g, Reference.absolute(x)),
                            ImageReference.averageAdjoint(g, Reference.absolute(dy))),
                    SUM,
                    subject.compute(arena -> {
                        Tensor out = arena.empty(IMAGES, g.outputs());
                        Tensor dx = arena.empty(IMAGES, g.inputs());
                        arena.backend().averagePool(g, arena.of(x, IMAGES, g.inputs()), out);
                        arena.backend().averagePoolAdjoint(g, arena.of(dy, IMAGES, g.outputs()), dx);
                        return Arena.join(arena.read(out), arena.read(dx));
                    }));
        }
    }
}
