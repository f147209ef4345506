package soopt.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import soopt.backend.Backend;
import soopt.backend.Convolution;
import soopt.backend.Precision;
import soopt.backend.Tensor;

/** Convolutions by cuDNN, which the stand-in is, are those by patches, and patches are there where it is not. */
class CudaConvolutionsTest {
    private static final String PROPERTY = "soopt.cuda.dnn";
    private static final int MEBIBYTE = 1 << 20;

    /** Padding, strides, pixels that no patch covers, channels around multiples of four. */
    private static final List<Convolution> GEOMETRIES = List.of(
            new Convolution(3, 6, 5, 2, 3, 1, 1, false),
            new Convolution(17, 5, 7, 9, 3, 2, 1, false),
            new Convolution(2, 9, 8, 3, 5, 3, 2, false),
            new Convolution(8, 4, 4, 16, 1, 2, 0, false),
            new Convolution(4, 6, 6, 8, 3, 1, 0, false),
            new Convolution(2, 3, 3, 4, 3, 1, 2, false),
            new Convolution(1, 8, 8, 6, 5, 1, 2, true));

    private static final Convolution ONE = GEOMETRIES.get(0);

    private Standin gpu;

    @BeforeEach
    void begin() {
        gpu = Standin.use().set("QUIET", 1);
    }

    @AfterEach
    void end() {
        System.clearProperty(PROPERTY);
        if (gpu != null) {
            gpu.close();
        }
    }

    private static CudaBackend open(Precision precision, boolean byCudnn) {
        System.setProperty(PROPERTY, byCudnn ? "on" : "off");
        return CudaBackend.open(precision, 0);
    }

    private static double[] numbers(int seed, int size) {
        return new Random(seed).doubles(size, -1, 1).toArray();
    }

    private static Tensor tensor(Backend backend, double[] values, int... shape) {
        Tensor x = backend.allocate(shape);
        backend.fromHost(values, 0, x);
        return x;
    }

    private static double[] read(Backend backend, Tensor x) {
        double[] values = new double[(int) x.size()];
        backend.toHost(x, values, 0);
        return values;
    }

    /** Outputs, gradient in the weights and, of channels-last images, in the images, all added to what was there. */
    private static List<double[]> all(Backend backend, Convolution g, int images, double alpha, double beta) {
        List<double[]> all = new ArrayList<>();
        try (Tensor x = tensor(backend, numbers(1, images * g.inputs()), images, g.inputs());
                Tensor w = tensor(backend, numbers(2, g.outChannels() * g.patch()), g.outChannels(), g.patch());
                Tensor y = tensor(backend, numbers(3, images * g.outputs()), images, g.outputs());
                Tensor out = tensor(backend, numbers(4, images * g.outputs()), images, g.outputs());
                Tensor dw = tensor(backend, numbers(5, g.outChannels() * g.patch()), g.outChannels(), g.patch());
                Tensor dx = tensor(backend, numbers(6, images * g.inputs()), images, g.inputs())) {
            backend.convolve(g, x, w, alpha, beta, out);
            backend.convolveWeightGradient(g, x, y, beta, dw);
            all.add(read(backend, out));
            all.add(read(backend, dw));
            if (!g.channelsFirst()) {
                backend.convolveAdjoint(g, y, w, beta, dx);
                all.add(read(backend, dx));
            }
        }
        return all;
    }

    private static void assertClose(List<double[]> expected, List<double[]> actual, double tolerance, Object what) {
        for (int i = 0; i < expected.size(); i++) {
            double largest = Arrays.stream(expected.get(i)).map(Math::abs).max().orElse(0);
            assertArrayEquals(expected.get(i), actual.get(i), tolerance * largest, i + " of " + what);
        }
    }

    private static double tolerance(Precision precision) {
        return precision == Precision.FLOAT64 ? 1e-12 : 4e-6;
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void convolutions_areThoseByPatches(Precision precision) {
        try (CudaBackend library = open(precision, true);
                CudaBackend patches = open(precision, false)) {
            for (Convolution g : GEOMETRIES) {
                for (int images : new int[] {1, 5, 3}) {
                    for (double beta : new double[] {0, 1, -0.3}) {
                        long before = gpu.count("convolutions");
                        List<double[]> actual = all(library, g, images, 0.7, beta);
                        assertEquals(before + actual.size(), gpu.count("convolutions"), g.toString());
                        assertClose(all(patches, g, images, 0.7, beta), actual, tolerance(precision), g);
                    }
                }
            }
            assertEquals(Optional.empty(), library.note());
            assertEquals("", gpu.fault());
        }
    }

    @Test
    void withoutTheProperty_cudnnIsNotCalled() {
        System.clearProperty(PROPERTY);
        try (CudaBackend backend = CudaBackend.open(Precision.FLOAT32, 0)) {
            all(backend, ONE, 2, 1, 0);
            assertEquals(Optional.empty(), backend.hardware().convolver());
        }
        assertEquals(0, gpu.count("convolutions"));
    }

    /** Where the patches of an image are the image, a product does it; cuDNN has no layout for colours apart. */
    @Test
    void productsAndColoursApart_areLeftToPatches() {
        try (CudaBackend backend = open(Precision.FLOAT32, true)) {
            all(backend, new Convolution(8, 4, 4, 16, 1, 1, 0, false), 2, 1, 0);
            all(backend, new Convolution(3, 6, 5, 2, 3, 1, 1, true), 2, 1, 0);
            assertEquals(Optional.empty(), backend.note());
        }
        assertEquals(0, gpu.count("convolutions"));
    }

    /** Strict float32 rounds no factor; that of the precision tf32 does. */
    @Test
    void tf32_isOfThatPrecisionAlone() {
        try (CudaBackend exact = open(Precision.FLOAT64, true);
                CudaBackend strict = open(Precision.FLOAT32, true);
                CudaBackend rounded = open(Precision.TF32, true)) {
            double[] expected = all(exact, ONE, 2, 1, 0).get(0);
            assertArrayEquals(expected, all(strict, ONE, 2, 1, 0).get(0), 1e-6);
            double[] coarse = all(rounded, ONE, 2, 1, 0).get(0);
            assertArrayEquals(expected, coarse, 1e-2);
            double worst = 0;
            for (int i = 0; i < coarse.length; i++) {
                worst = Math.max(worst, Math.abs(coarse[i] - expected[i]));
            }
            assertTrue(worst > 1e-5, "error " + worst);
        }
    }

    /** Half of the images at a time, and then half of these, the last part a short one. */
    @Test
    void workspaceBeyondItsBound_isThatOfFewerImages() {
        gpu.set("DNN_ROOM", 30 * MEBIBYTE);
        try (CudaBackend library = open(Precision.FLOAT32, true);
                CudaBackend patches = open(Precision.FLOAT32, false)) {
            List<double[]> actual = all(library, ONE, 7, 0.7, -0.3);
            assertEquals(3 * 7, gpu.count("convolutions"));
            assertClose(all(patches, ONE, 7, 0.7, -0.3), actual, tolerance(Precision.FLOAT32), ONE);
            gpu.set("DNN_ROOM", 24 * MEBIBYTE);
        }
        try (CudaBackend library = open(Precision.FLOAT32, true)) {
            all(library, ONE, 5, 1, 0);
            assertEquals(3 * 7 + 3 * 3, gpu.count("convolutions"), "2, 2 and 1 images");
        }
        gpu.set("DNN_ROOM", 80 * MEBIBYTE);
        try (CudaBackend library = open(Precision.FLOAT32, true);
                CudaBackend patches = open(Precision.FLOAT32, false)) {
            assertClose(all(patches, ONE, 2, 1, 0), all(library, ONE, 2, 1, 0), 0, ONE);
            assertEquals(3 * 7 + 3 * 3, gpu.count("convolutions"));
            assertEquals(
                    Optional.of("cuDNN wants 80 MiB for some convolutions of one image: those are patches times"
                            + " weights"),
                    library.note());
        }
        assertEquals("", gpu.fault());
    }

    @Test
    void kindThatIsNotSupported_isLeftToPatches_andSaidOnce() {
        gpu.set("DNN_FLOATS_ONLY", 1);
        try (CudaBackend library = open(Precision.FLOAT64, true);
                CudaBackend patches = open(Precision.FLOAT64, false)) {
            assertClose(all(patches, ONE, 2, 0.7, -0.3), all(library, ONE, 2, 0.7, -0.3), 0, ONE);
            assertEquals(
                    Optional.of("cuDNN does not do some convolutions (CUDNN_STATUS_NOT_SUPPORTED from the workspace"
                            + " size of cudnnConvolutionForward): those are patches times weights"),
                    library.note());
            gpu.set("DNN_FLOATS_ONLY", 0);
            all(library, ONE, 3, 1, 0);
            assertEquals(3, gpu.count("convolutions"), "other kinds are done");
        }
    }

    /** Parts that were done stay as they are, and patches do the others. */
    @Test
    void callThatFails_isDoneByPatches_asAreAllAfterIt() {
        for (int failing = 1; failing <= 9; failing++) {
            gpu.reset();
            gpu.set("QUIET", 1).set("DNN_ROOM", 30 * MEBIBYTE);
            try (CudaBackend library = open(Precision.FLOAT32, true);
                    CudaBackend patches = open(Precision.FLOAT32, false)) {
                gpu.set("DNN_FAILURE", failing);
                List<double[]> actual = all(library, ONE, 3, 0.7, -0.3);
                assertClose(all(patches, ONE, 3, 0.7, -0.3), actual, tolerance(Precision.FLOAT32), failing);
                assertEquals(failing - 1, gpu.count("convolutions"));
                String note = library.note().orElseThrow();
                assertTrue(note.startsWith("cuDNN failed (CUDNN_STATUS_EXECUTION_FAILED from cudnnConvolution"), note);
                assertTrue(note.endsWith("convolutions are patches times weights from there on"), note);
                assertTrue(library.hardware().convolver().isPresent(), "it was used");
            }
            assertEquals("", gpu.fault());
        }
    }

    @Test
    void cudnnThatDoesNotStart_orIsNewerThanTheDriver_isSaid() {
        gpu.set("DNN_MEMORY", 1);
        try (CudaBackend backend = open(Precision.FLOAT32, true)) {
            all(backend, ONE, 2, 1, 0);
            String note = backend.note().orElseThrow();
            assertTrue(note.startsWith("cuDNN does not start: CUDNN_STATUS_INTERNAL_ERROR from cudnnCreate"), note);
            assertFalse(backend.hardware().convolver().isPresent());
        }
        gpu.set("DNN_CUDA", 13000);
        try (CudaBackend backend = open(Precision.FLOAT32, true)) {
            String note = backend.note().orElseThrow();
            assertTrue(
                    note.contains(
                            "it is of CUDA 13, but the driver is for CUDA 12.8: update the driver, or take cuDNN for"),
                    note);
        }
        assertEquals(0, gpu.count("convolutions"));
    }

    /** A stretch is cut there: no graph holds cuDNN's work, and the bits are those of work done plainly. */
    @Test
    void recordedWork_isCutByCudnn_withTheSameBits() {
        Convolution g = GEOMETRIES.get(4);
        int images = 3;
        try (CudaBackend backend = open(Precision.FLOAT32, true);
                Tensor x = tensor(backend, numbers(1, images * g.inputs()), images, g.inputs());
                Tensor w = tensor(backend, numbers(2, g.outChannels() * g.patch()), g.outChannels(), g.patch());
                Tensor y = backend.allocate(images, g.outputs());
                Tensor s = backend.allocate(images, g.outputs())) {
            Runnable work = () -> {
                backend.fill(s, 0.5);
                backend.scaleInPlace(1.5, s);
                backend.copy(s, y);
                backend.scaleInPlace(-1, y);
                backend.convolve(g, x, w, 0.7, 0.3, y);
                for (int i = 0; i < 4; i++) {
                    backend.axpyInPlace(0.25, y, s);
                }
            };
            work.run();
            double[] plain = read(backend, s);
            for (int round = 0; round < 4; round++) {
                backend.recorded("stretch", work);
                assertArrayEquals(plain, read(backend, s), "round " + round);
            }
            assertTrue(gpu.count("graphs") >= 4, "graphs: " + gpu.count("graphs"));
            assertEquals(5, gpu.count("convolutions"));
        }
        assertEquals("", gpu.fault());
    }
}
