package soopt.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.cuda.CudaBackend;
import soopt.backend.cuda.Standin;
import soopt.backend.engine.Backends;
import soopt.data.examples.Augmentation;
import soopt.data.examples.Examples;
import soopt.data.examples.ImageExamples;
import soopt.data.examples.RowExamples;

/** A set that a GPU keeps gives batches of the same bits as the host does. */
class KeptExamplesTest {
    private static final int N = 300;
    private static final double[] MEAN = {0.3, 0.5, 0.7};
    private static final double[] DEVIATION = {0.2, 0.3, 0.17};

    private static Examples images(Augmentation augmentation) {
        byte[] pixels = new byte[N * 3 * 5 * 4];
        new Random(1).nextBytes(pixels);
        return new ImageExamples(pixels, new byte[N], MEAN, DEVIATION, 4, augmentation);
    }

    private static Examples rows() {
        Random random = new Random(2);
        List<double[]> inputs =
                IntStream.range(0, N).mapToObj(i -> random.doubles(3).toArray()).toList();
        return new RowExamples(List.of(), inputs, new double[N][1], true, MEAN, DEVIATION);
    }

    private static void assertGathered(Backend backend, KeptExamples kept, Examples examples, int... indices) {
        int from = 2;
        int count = indices.length - from;
        double[] expected = new double[count * examples.features()];
        if (backend.precision() == Precision.FLOAT64) {
            examples.inputs(indices, from, count, expected);
        } else {
            float[] floats = new float[expected.length];
            examples.inputs(indices, from, count, floats);
            Arrays.setAll(expected, i -> floats[i]);
        }
        double[] actual = new double[expected.length];
        try (Tensor out = backend.allocate(count, examples.features())) {
            assertTrue(kept.gather(examples, indices, from, count, out));
            backend.toHost(out, actual, 0);
        }
        assertArrayEquals(expected, actual);
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = "FLOAT.*", mode = EnumSource.Mode.MATCH_ANY)
    void batch_hasTheBitsOfTheHost_ofEveryViewOfASet(Precision precision) {
        Examples images = images(new Augmentation(3, true));
        Examples augmented = images.augmented(5, "batches", 2);
        Examples half =
                images.subset(IntStream.range(0, N).filter(i -> i % 2 == 0).toArray());
        int[] many = new Random(4).ints(400, 0, N / 2).toArray();
        try (Backend backend = Standin.orGpu(precision);
                KeptExamples kept = new KeptExamples(backend)) {
            for (Examples examples : List.of(
                    images,
                    augmented,
                    half,
                    half.augmented(5, "batches", 3),
                    images(Augmentation.NONE),
                    rows(),
                    rows().subset(many))) {
                assertGathered(backend, kept, examples, 9, 9, 0, 149, 7, 7, 31);
                assertGathered(backend, kept, examples, many);
            }
        }
    }

    @Test
    void setBeyondAQuarterOfWhatIsFree_isNotKept_norAnyByTheProcessor() {
        Examples images = images(Augmentation.NONE);
        try (Standin standin = Standin.use();
                Backend backend = CudaBackend.open(Precision.FLOAT32, 0);
                KeptExamples kept = new KeptExamples(backend);
                Tensor out = backend.allocate(1, images.features())) {
            standin.set("MEMORY", standin.live() + 3L * N * images.features());
            assertFalse(kept.gather(images, new int[] {3}, 0, 1, out));
            assertEquals("", standin.fault());
        }
        try (Backend backend = Backends.cpu(Precision.FLOAT32, 1);
                KeptExamples kept = new KeptExamples(backend);
                Tensor out = backend.allocate(1, images.features())) {
            assertFalse(kept.gather(images, new int[] {3}, 0, 1, out));
        }
    }
}
