package soopt.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.backend.Arena;
import soopt.backend.Backend;
import soopt.backend.Convolution;
import soopt.backend.ImageReference;
import soopt.backend.Precision;
import soopt.backend.Reference;
import soopt.backend.Subject;
import soopt.backend.Tensor;
import soopt.backend.engine.CpuEngine;
import soopt.backend.vector.DoubleWinograd;
import soopt.backend.vector.FloatWinograd;

/**
 * Winograd's way gives the sum that a 3×3 convolution is, whatever is left over at the borders, in one group of images
 * or many.
 */
class CpuWinogradTest {
    /**
     * Roundoffs as a multiple of the largest sum of absolute values of terms: all outputs of a tile share its rounding
     * errors, those with few terms too.
     */
    private static final double SUM = 8;

    private static final double ALPHA = -0.7;
    private static final double BETA = 1.3;
    private static final int IMAGES = 5;

    /** Even and odd sizes, every padding, images of one tile, and images so large that each is a group of its own. */
    private static final List<Convolution> GEOMETRIES = List.of(
            new Convolution(32, 4, 4, 48, 3, 1, 1, false),
            new Convolution(48, 5, 8, 32, 3, 1, 0, false),
            new Convolution(32, 3, 6, 32, 3, 1, 2, false),
            new Convolution(32, 2, 2, 32, 3, 1, 1, false),
            new Convolution(32, 3, 3, 32, 3, 1, 0, false),
            new Convolution(32, 33, 34, 32, 3, 1, 1, false));

    static Stream<Subject> subjects() {
        return Subject.all().filter(subject -> subject.engine() instanceof CpuEngine);
    }

    private static CpuWinograd winograd(Arena arena) {
        CpuBackend backend = (CpuBackend) arena.backend();
        return new CpuWinograd(
                backend, backend.precision() == Precision.FLOAT32 ? new FloatWinograd() : new DoubleWinograd());
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void everyOperation_isThePlainSum(Subject subject) {
        for (Convolution g : GEOMETRIES) {
            double[] x = subject.normal(1, IMAGES * g.inputs());
            double[] w = subject.normal(2, g.outChannels() * g.patch());
            double[] y = subject.normal(3, IMAGES * g.outputs());
            double[] sizeX = Reference.absolute(x);
            double[] sizeW = Reference.absolute(w);
            double[] sizeY = Reference.absolute(y);
            for (double beta : g.height() > 20 ? new double[] {BETA} : new double[] {0, 1, BETA}) {
                subject.assertClose(
                        Arena.join(
                                ImageReference.convolve(g, IMAGES, x, w, ALPHA, beta, y),
                                ImageReference.adjoint(g, IMAGES, y, w, beta, x),
                                ImageReference.weightGradient(g, IMAGES, x, y, beta, w)),
                        Arena.join(
                                largest(ImageReference.convolve(g, IMAGES, sizeX, sizeW, -ALPHA, beta, sizeY)),
                                largest(ImageReference.adjoint(g, IMAGES, sizeY, sizeW, beta, sizeX)),
                                largest(ImageReference.weightGradient(g, IMAGES, sizeX, sizeY, beta, sizeW))),
                        SUM,
                        subject.compute(arena -> compute(arena, g, x, w, y, beta)));
            }
        }
    }

    private static double[] largest(double[] values) {
        double[] all = new double[values.length];
        Arrays.fill(all, Arrays.stream(values).max().orElseThrow());
        return all;
    }

    /** With β = 0 the results are first NaN. */
    private static double[] compute(Arena arena, Convolution g, double[] x, double[] w, double[] y, double beta) {
        CpuWinograd winograd = winograd(arena);
        Tensor images = arena.of(x, IMAGES, g.inputs());
        Tensor weights = arena.of(w, g.outChannels(), g.kernel(), g.kernel(), g.channels());
        Tensor errors = arena.of(y, IMAGES, g.outputs());
        Tensor out = beta == 0 ? arena.empty(IMAGES, g.outputs()) : arena.of(y, IMAGES, g.outputs());
        Tensor dx = beta == 0 ? arena.empty(IMAGES, g.inputs()) : arena.of(x, IMAGES, g.inputs());
        Tensor dw = beta == 0 ? arena.empty(w.length) : arena.of(w, w.length);
        winograd.convolve(g, images, weights, ALPHA, beta, out);
        winograd.adjoint(g, errors, weights, beta, dx);
        winograd.weightGradient(g, images, errors, beta, dw);
        return Arena.join(arena.read(out), arena.read(dx), arena.read(dw));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void itTakesManyChannelsAndTiles_andLeavesTheRest(Subject subject) {
        try (Arena arena = new Arena(subject.open());
                Backend backend = arena.backend()) {
            assertTrue(backend.threads() > 0);
            CpuWinograd winograd = winograd(arena);
            assertTrue(winograd.suits(new Convolution(64, 8, 8, 128, 3, 1, 1, false), 20));
            assertFalse(winograd.suits(new Convolution(64, 2, 2, 128, 3, 1, 1, false), 20), "too few tiles");
            assertFalse(winograd.suits(new Convolution(16, 8, 8, 128, 3, 1, 1, false), 20), "too few channels");
            assertFalse(winograd.suits(new Convolution(65, 8, 8, 128, 3, 1, 1, false), 20), "no whole vectors");
            assertFalse(winograd.suits(new Convolution(64, 8, 8, 128, 3, 2, 1, false), 20), "stride");
            assertFalse(winograd.suits(new Convolution(64, 8, 8, 128, 5, 1, 1, false), 20), "kernel");
            assertFalse(winograd.suits(new Convolution(64, 8, 8, 128, 3, 1, 1, true), 20), "channels first");
        }
    }
}
