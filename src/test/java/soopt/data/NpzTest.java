package soopt.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Precision;
import soopt.data.examples.Data;
import soopt.data.examples.Split;
import soopt.data.examples.Targets;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.Store;
import soopt.file.NamedFile;
import soopt.npy.NpyArray;
import soopt.npy.NpzFile;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.SpecWriter;
import soopt.spec.yaml.SpecException;

class NpzTest {
    private static final int N = 6;

    @TempDir
    private Path folder;

    private final NpyArray inputs = array(N, 2, 3);
    private final NpyArray labels = NpyArray.of(new long[] {0, 2, 1, 0, 1, 2}, N);

    private static NpyArray array(int... shape) {
        int size = IntStream.of(shape).reduce(1, (a, b) -> a * b);
        return NpyArray.of(IntStream.range(0, size).mapToDouble(i -> i / 7.0).toArray(), shape);
    }

    private String file(String name, Object... namesAndArrays) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < namesAndArrays.length; i += 2) {
            arrays.put((String) namesAndArrays[i], (NpyArray) namesAndArrays[i + 1]);
        }
        Path path = folder.resolve(name);
        NpzFile.write(path, arrays);
        return path.toString();
    }

    private static NamedFile named(String name) {
        return NamedFile.of(Path.of(name));
    }

    private Data load(String train, String test, int classes, int limit) {
        return new Npz(named(train), Optional.ofNullable(test).map(NpzTest::named), classes, HeldOut.of(0), limit)
                .load(new Store(folder, true));
    }

    private void refuses(String reason, String train, String test, int classes) {
        String message = assertThrows(DatasetException.class, () -> load(train, test, classes, 0))
                .getMessage();
        assertTrue(message.contains(reason), message);
        assertFalse(message.contains("\n"), message);
    }

    @ParameterizedTest
    @CsvSource({"x,y", "x_train,y_train", "images,labels", "features,targets"})
    void classes_underAnyOfTheNames(String x, String y) {
        String train = file("train.npz", x, inputs, y, labels);
        String test = file("test.npz", "x", inputs, "y", labels);
        Data data = load(train, test, 0, 0);
        assertTrue(data.classification());
        assertEquals(3, data.outputs());
        assertArrayEquals(new int[] {2, 3}, data.featureShape());
        double[] out = new double[6];
        data.train().inputs(new int[] {0, 4}, 1, 1, out);
        assertArrayEquals(new double[] {24 / 7.0, 25 / 7.0, 26 / 7.0, 27 / 7.0, 28 / 7.0, 29 / 7.0}, out);
        float[] narrow = new float[6];
        data.train().inputs(new int[] {4}, 0, 1, narrow);
        assertEquals((float) (29 / 7.0), narrow[5]);
        data.train().targets(new int[] {5, 3, 1}, 0, 3, out);
        assertArrayEquals(new double[] {2, 0, 2}, java.util.Arrays.copyOf(out, 3));
    }

    @Test
    void oneFile_mayHoldBothSplits() {
        String both = file(
                "both.npz",
                "x_train",
                inputs,
                "y_train",
                labels,
                "x_test",
                array(2, 2, 3),
                "y_test",
                NpyArray.of(new long[] {1, 0}, 2));
        Data data = load(both, null, 5, 4);
        assertEquals(4, data.train().size());
        assertEquals(2, data.test().size());
        assertEquals(5, data.outputs());
        refuses("has no arrays x_test and y_test", file("t.npz", "x", inputs, "y", labels), null, 0);
    }

    @Test
    void numbersToRegressOn_keepTheirWidth_evenWhenItIsOne() {
        String three = file("three.npz", "x", inputs, "y", array(N, 3));
        Data data = load(three, three, 0, 0);
        assertFalse(data.classification());
        assertEquals(3, data.outputs());
        double[] out = new double[3];
        data.test().targets(new int[] {1}, 0, 1, out);
        assertArrayEquals(new double[] {3 / 7.0, 4 / 7.0, 5 / 7.0}, out);
        String one = file("one.npz", "x", inputs, "y", array(N, 1));
        assertFalse(load(one, one, 0, 0).classification());
        assertEquals(1, load(one, one, 0, 0).outputs());
        refuses("classes is 4, but the targets are 3 numbers each", three, three, 4);
        refuses("targets are 1 numbers each, but those for training are 3 numbers each", three, one, 0);
    }

    @Test
    void columnOfIntegers_isClasses_andOneClassOnlyIsStillClassification() {
        String column = file("c.npz", "x", inputs, "y", NpyArray.of(labels.longs(), N, 1));
        assertEquals(3, load(column, column, 0, 0).outputs());
        String zeros = file("z.npz", "x", inputs, "y", NpyArray.of(new long[N], N));
        assertTrue(load(zeros, zeros, 0, 0).classification());
    }

    @Test
    void badLabels_areNamedWithIndexAndValue() {
        String good = file("good.npz", "x", inputs, "y", labels);
        refuses("y has the value -1 in example 2", labels(0, 1, -1, 0, 0, 0), good, 0);
        refuses("y has the value 0.5 in example 1", labels(0, 0.5, 0, 0, 0, 0), good, 0);
        refuses("y has the label 3 in example 4, but there are 3 classes, 0…2", good, labels(0, 1, 2, 0, 3, 0), 0);
        refuses("y has the label 2 in example 1, but there are 2 classes, 0…1", good, good, 2);
    }

    private String labels(double... values) {
        return file("labels.npz", "x", inputs, "y", NpyArray.of(values, N));
    }

    @Test
    void valuesThatAreNotFinite_areNamedWithArrayAndExample() {
        double[] values = inputs.doubles();
        values[6 * 3 + 1] = Double.NaN;
        String bad = file("bad.npz", "x", NpyArray.of(values, N, 2, 3), "y", labels);
        refuses("x has the value NaN at [3, 0, 1]; remove", bad, bad, 0);
        double[] targets = array(N, 2).doubles();
        targets[11] = Double.POSITIVE_INFINITY;
        String infinite = file("inf.npz", "x", inputs, "y", NpyArray.of(targets, N, 2));
        refuses("y has the value Infinity at [5, 1]; remove", infinite, infinite, 0);
    }

    private static Dataset bind(String dataset, Path folder) throws IOException {
        Path spec = Files.writeString(folder.resolve("spec.yaml"), "dataset: " + dataset);
        return Binder.bind(SpecSource.read(spec), Holder.class).dataset();
    }

    record Holder(Dataset dataset) {}

    @Test
    void arraysByOtherNames_areNamedByKeys_inEachFile() throws IOException {
        NpyArray two = array(2, 2, 3);
        NpyArray twoLabels = NpyArray.of(new long[] {1, 0}, 2);
        file("keras.npz", "train_images", inputs, "train_labels", labels, "test_images", two, "test_labels", twoLabels);
        Data one = bind(
                        "{type: npz, train: keras.npz, x: train_images, y: train_labels, x-test: test_images, y-test: test_labels}",
                        folder)
                .load(null);
        assertEquals(N, one.train().size());
        assertEquals(2, one.test().size());
        file("a.npz", "arr_0", inputs, "arr_1", labels);
        file("b.npz", "arr_0", two, "arr_1", twoLabels);
        Data two0 = bind("{type: npz, train: a.npz, test: b.npz, x: arr_0, y: arr_1}", folder)
                .load(null);
        assertEquals(2, two0.test().size());
        String message = assertThrows(
                        DatasetException.class,
                        () -> bind("{type: npz, train: a.npz, test: b.npz}", folder)
                                .load(null))
                .getMessage();
        assertTrue(
                message.contains("it has: arr_0, arr_1; dataset.x and dataset.y (x-test and y-test) name others"),
                message);
        message = assertThrows(
                        DatasetException.class,
                        () -> bind("{type: npz, train: a.npz, test: b.npz, x: a, y: b}", folder)
                                .load(null))
                .getMessage();
        assertTrue(message.contains("has no arrays a and b; it has: arr_0, arr_1"), message);
        message = assertThrows(SpecException.class, () -> bind("{type: npz, train: a.npz, x: a}", folder))
                .getMessage();
        assertTrue(message.contains("dataset.y is missing: name both arrays or neither"), message);
        message = assertThrows(SpecException.class, () -> bind("{type: npz, train: a.npz, y-test: a}", folder))
                .getMessage();
        assertTrue(message.contains("dataset.x-test is missing"), message);
    }

    @Test
    void validation_isACountOrAFile() throws IOException {
        file("t.npz", "x", inputs, "y", labels);
        file("val.npz", "x", array(2, 2, 3), "y", NpyArray.of(new long[] {2, 0}, 2));
        Dataset own = bind("{type: npz, train: t.npz, test: t.npz, validation: val.npz}", folder);
        assertEquals(0, own.heldOut());
        Split split = own.load(null).split(own.heldOut(), 1);
        assertEquals(N, split.train().size());
        assertEquals(2, split.validation().size());
        double[] out = new double[2];
        split.validation().targets(new int[] {0, 1}, 0, 2, out);
        assertArrayEquals(new double[] {2, 0}, out);
        Dataset counted = bind("{type: npz, train: t.npz, test: t.npz, validation: 2}", folder);
        split = counted.load(null).split(counted.heldOut(), 1);
        assertEquals(4, split.train().size());
        assertEquals(2, split.validation().size());
        assertTrue(SpecWriter.toYaml(counted).contains("validation: 2"), SpecWriter.toYaml(counted));
        assertTrue(SpecWriter.toYaml(own).contains("validation: " + folder.resolve("val.npz")), SpecWriter.toYaml(own));
        file("wide.npz", "x", array(2, 6), "y", NpyArray.of(new long[] {2, 0}, 2));
        file("more.npz", "x", array(2, 2, 3), "y", NpyArray.of(new long[] {3, 0}, 2));
        for (String[] wrong : new String[][] {
            {"wide.npz", "wide.npz: inputs have the shape [6], but those for training [2, 3]"},
            {"more.npz", "more.npz: y has the label 3 in example 0, but there are 3 classes"},
            {"none.npz", "none.npz does not exist; tried " + folder}
        }) {
            Dataset dataset = bind("{type: npz, train: t.npz, test: t.npz, validation: " + wrong[0] + "}", folder);
            String message = assertThrows(DatasetException.class, () -> dataset.load(null))
                    .getMessage();
            assertTrue(message.contains(wrong[1]), message);
        }
        for (String wrong : List.of("-1", "99999999999", "1.5", "''")) {
            assertThrows(
                    SpecException.class,
                    () -> bind("{type: npz, train: t.npz, validation: " + wrong + "}", folder),
                    wrong);
        }
    }

    /** One-hot rows in every part are classes to a loss of classes; float16 inputs are numbers as others. */
    @Test
    void oneHotRows_andHalfPrecision_areTaken() throws IOException {
        double[] rows = new double[3 * N];
        for (int i = 0; i < N; i++) {
            rows[3 * i + (int) labels.at(i)] = 1;
        }
        file("hot.npz", "x", inputs, "y", NpyArray.of(rows, N, 3));
        Data data = bind("{type: npz, train: hot.npz, test: hot.npz, validation: hot.npz}", folder)
                .load(null);
        assertEquals(Targets.Kind.ONE_HOT, data.targets().kind());
        Data classes = data.labelled();
        double[] out = new double[N];
        classes.split(0, 1).validation().targets(IntStream.range(0, N).toArray(), 0, N, out);
        assertArrayEquals(labels.doubles(), out);
        Path half = Path.of("src/test/resources/npz/half.npz").toAbsolutePath();
        String reason = assertThrows(
                        DatasetException.class,
                        () -> bind("{type: npz, train: " + half + ", test: " + half + ", x: half, y: big}", folder)
                                .load(null))
                .getMessage();
        assertTrue(reason.contains("half has the value NaN at ["), reason);
    }

    /** Float64 takes what float32 cannot hold; the least number that rounds to infinity is 2¹²⁸ − 2¹⁰³. */
    @Test
    void valuesBeyondThePrecisionOfTheRun_areRefusedWithTheirPlace_andFloat64IsOffered() {
        double least = 0x1p128 - 0x1p103;
        for (double large : new double[] {1e39, -1e300, least}) {
            double[] values = inputs.doubles();
            values[6 * 4 + 5] = large;
            String file = file("large.npz", "x", NpyArray.of(values, N, 2, 3), "y", labels);
            Data data = load(file, file, 0, 0);
            data.requireFinite(Precision.FLOAT64);
            String message = assertThrows(DatasetException.class, () -> data.requireFinite(Precision.FLOAT32))
                    .getMessage();
            assertTrue(
                    message.startsWith(file + ": x has the value " + large + " at [4, 1, 2], beyond float32")
                            && message.contains("set precision to float64"),
                    message);
            assertThrows(DatasetException.class, () -> data.train().subset(0).requireFinite(Precision.FLOAT32));
        }
        double[] targets = new double[2 * N];
        targets[7] = 4e38;
        String file = file("large.npz", "x", inputs, "y", NpyArray.of(targets, N, 2));
        Data data = load(file, file, 0, 0);
        String message = assertThrows(DatasetException.class, () -> data.requireFinite(Precision.FLOAT32))
                .getMessage();
        assertTrue(message.contains("y has the value 4.0E38 at [3, 1]"), message);
        double[] fits = inputs.doubles();
        fits[0] = Math.nextDown(least);
        String good = file("fits.npz", "x", NpyArray.of(fits, N, 2, 3), "y", labels);
        load(good, good, 0, 0).requireFinite(Precision.FLOAT32);
    }

    @ParameterizedTest
    @ValueSource(
            longs = {2001, 16_777_216, 1 << 28, Integer.MAX_VALUE - 1, Integer.MAX_VALUE, 1L << 31, Long.MAX_VALUE})
    void oneStrayLabel_isRefusedInWords_withoutMemoryForItsClasses(long label) {
        String stray = file("stray.npz", "x", inputs, "y", NpyArray.of(new long[] {0, 1, label, 0, 1, 0}, N));
        refuses("y has the label " + label + " in example 2, ", stray, stray, 0);
    }

    @Test
    void manyClasses_areTakenWhenTheyAreSaid_orHaveExamples() {
        String few = file("few.npz", "x", inputs, "y", NpyArray.of(new long[] {0, 1, 99_999, 0, 1, 0}, N));
        refuses(
                "which makes 100000 classes, but only 3 have an example; replace it, or set dataset.classes to",
                few,
                few,
                0);
        assertEquals(100_000, load(few, few, 100_000, 0).outputs());
        long[] all = IntStream.range(0, 1500).asLongStream().toArray();
        String many = file("many.npz", "x", array(1500, 1), "y", NpyArray.of(all, 1500));
        assertEquals(1500, load(many, many, 0, 0).outputs());
    }

    @Test
    void classesWithoutExamples_areNamed() {
        String fromOne = file("one.npz", "x", inputs, "y", NpyArray.of(new long[] {1, 2, 3, 1, 2, 3}, N));
        assertEquals(
                Optional.of("no training example is of class 0 (1 of 4 classes, 0…3): classes are counted from 0; write"
                        + " y - 1 if there are 3"),
                load(fromOne, fromOne, 0, 0).emptyClasses());
        assertEquals(
                Optional.of(
                        "no training example is of classes 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, … (17 of 20 classes, 0…19)"),
                load(labelsFile(), labelsFile(), 20, 0).emptyClasses());
        assertEquals(Optional.empty(), load(labelsFile(), labelsFile(), 0, 0).emptyClasses());
        String numbers = file("n.npz", "x", inputs, "y", array(N, 2));
        assertEquals(Optional.empty(), load(numbers, numbers, 0, 0).emptyClasses());
    }

    private String labelsFile() {
        return file("labelled.npz", "x", inputs, "y", labels);
    }

    @Test
    void shapesThatDoNotFit_areNamed() {
        String good = file("good.npz", "x", inputs, "y", labels);
        String fewer = file("fewer.npz", "x", array(5, 2, 3), "y", labels);
        refuses("x has 5 examples, but y has 6", fewer, good, 0);
        String flat = file("flat.npz", "x", array(N, 6), "y", labels);
        refuses("inputs have the shape [6], but those for training [2, 3]", good, flat, 0);
        String scalar = file("scalar.npz", "x", inputs, "y", NpyArray.of(new double[1]));
        refuses("y has the shape []", scalar, good, 0);
        assertThrows(DatasetException.class, () -> load(good, good, 0, N + 1));
        assertThrows(
                DatasetException.class, () -> new Npz(named(good), Optional.empty(), 0, HeldOut.of(N), 0).load(null));
        assertThrows(IllegalArgumentException.class, () -> new Npz(named(good), Optional.empty(), 1, HeldOut.of(0), 0));
        assertThrows(IllegalArgumentException.class, () -> new Npz(named(good), Optional.empty(), 0, HeldOut.of(5), 5));
    }
}
