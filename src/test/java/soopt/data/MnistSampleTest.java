package soopt.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import soopt.data.examples.Data;
import soopt.data.fetch.Store;

class MnistSampleTest {
    private static final Store STORE = new Store(Path.of("datasets"), true);

    @Test
    void sample_isTheFirstImagesOfMnist() {
        Data data = new MnistSample(500, 0).load(STORE);
        assertEquals(5000, data.train().size());
        assertEquals(1000, data.test().size());
        assertArrayEquals(new int[] {1, 28, 28}, data.featureShape());
        assertEquals(10, data.outputs());
        assertTrue(data.classification());
        double[] labels = new double[10];
        data.train().targets(IntStream.range(0, 10).toArray(), 0, 10, labels);
        assertArrayEquals(new double[] {5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, labels);
        data.test().targets(IntStream.range(0, 5).toArray(), 0, 5, labels);
        assertArrayEquals(new double[] {7, 2, 1, 0, 4, 2, 1, 3, 1, 4}, labels);
    }

    @Test
    void pixels_areNormalizedByMeanAndDeviation() {
        Data data = new MnistSample(500, 0).load(STORE);
        int size = data.train().size();
        double[] x = new double[784];
        double sum = 0;
        double squares = 0;
        double least = 0;
        for (int i = 0; i < size; i++) {
            data.train().inputs(new int[] {i}, 0, 1, x);
            for (double value : x) {
                sum += value;
                squares += value * value;
                least = Math.min(least, value);
            }
        }
        double mean = sum / size / 784;
        // The constants are those of all 60,000 images; a sample of 5,000 is within a few percent.
        assertEquals(0, mean, 0.03);
        assertEquals(1, Math.sqrt(squares / size / 784 - mean * mean), 0.03);
        assertEquals((0 - 0.1307) / 0.3081, least, 1e-15);
    }

    @Test
    void float32_isFloat64RoundedOnce() {
        Data data = new MnistSample(500, 0).load(STORE);
        int[] indices = {17, 4999, 0};
        double[] wide = new double[3 * 784];
        float[] narrow = new float[3 * 784];
        data.train().inputs(indices, 0, 3, wide);
        data.train().inputs(indices, 0, 3, narrow);
        for (int j = 0; j < wide.length; j++) {
            assertEquals((float) wide[j], narrow[j]);
        }
    }

    @Test
    void limit_takesTheFirstImages() {
        Data data = new MnistSample(10, 100).load(STORE);
        assertEquals(100, data.train().size());
        assertEquals(1000, data.test().size());
    }

    @Test
    void validationMustLeaveTrainingImages_knownBeforeAnyFileIsRead() {
        assertThrows(IllegalArgumentException.class, () -> new MnistSample(100, 100));
        assertThrows(IllegalArgumentException.class, () -> new MnistSample(5000, 0));
        assertThrows(IllegalArgumentException.class, () -> new MnistSample(0, 5001));
        assertThrows(IllegalArgumentException.class, () -> new Mnist(6000, 6000));
    }
}
