package soopt.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.datasets.mnist.MnistManager;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.data.examples.Data;
import soopt.data.examples.Examples;
import soopt.data.fetch.DatasetFile;
import soopt.data.fetch.Store;

/**
 * Our reader against that of deeplearning4j-datasets 1.0.0-M2.1. Its MnistDataSetIterator insists on the 60,000 and
 * 10,000 images of the whole set and their checksums, so the reader below it, MnistManager, is asked.
 */
class MnistAgainstDeeplearning4jTest {
    @TempDir
    private Path folder;

    private String unpacked(DatasetFile file) throws IOException {
        Path plain = folder.resolve(file.name());
        Files.write(plain, file.read(Path.of("datasets/mnist-sample", file.name() + ".gz")));
        return plain.toString();
    }

    @ParameterizedTest
    @CsvSource({"0, 5000", "2, 1000"})
    void pixelsAndLabels_areThoseOfDeeplearning4j(int first, int size) throws IOException {
        String images = unpacked(MnistSample.FILES.files().get(first));
        String labels = unpacked(MnistSample.FILES.files().get(first + 1));
        Data data = new MnistSample(0, 0).load(new Store(Path.of("datasets"), true));
        Examples ours = first == 0 ? data.train() : data.test();
        assertEquals(size, ours.size());
        MnistManager theirs = new MnistManager(images, labels, size);
        double[] x = new double[784];
        double[] label = new double[1];
        for (int i = 0; i < size; i++) {
            ours.inputs(new int[] {i}, 0, 1, x);
            ours.targets(new int[] {i}, 0, 1, label);
            byte[] pixels = new byte[784];
            for (int j = 0; j < pixels.length; j++) {
                pixels[j] = (byte) Math.round((x[j] * Mnist.DEVIATION + Mnist.MEAN) * 255);
            }
            assertArrayEquals(theirs.readImageUnsafe(i), pixels, "image " + i);
            assertEquals(theirs.readLabel(i), label[0], "label " + i);
        }
        theirs.close();
    }
}
