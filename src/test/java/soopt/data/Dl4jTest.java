package soopt.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ProxySelector;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import org.deeplearning4j.datasets.iterator.impl.EmnistDataSetIterator;
import org.eclipse.deeplearning4j.resources.utils.EMnistSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import soopt.backend.Precision;
import soopt.data.examples.Data;
import soopt.data.examples.Examples;
import soopt.data.examples.Form;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.DatasetFile;
import soopt.data.fetch.FetchProgress;
import soopt.data.fetch.Store;
import soopt.spec.Binder;
import soopt.spec.JsonSchema;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

/** Iterators of Deeplearning4j as data sets; no test uses the network. */
class Dl4jTest {
    private static final String MNIST = "org.deeplearning4j.datasets.iterator.impl.MnistDataSetIterator";

    @TempDir
    private Path directory;

    private final List<String> notes = new ArrayList<>();

    private record File(Dataset dataset) {}

    private static Dl4j bind(String dataset) {
        return (Dl4j) Binder.bind(SpecSource.parse("f.yaml", "dataset: {type: dl4j, " + dataset + "}"), File.class)
                .dataset();
    }

    private Data load(String dataset) {
        return bind(dataset).load(new Store(directory, true));
    }

    private void refuses(String dataset, String... what) {
        DatasetException e = assertThrows(DatasetException.class, () -> load(dataset));
        for (String part : what) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }

    private static void isWrong(String dataset, String what) {
        SpecException e = assertThrows(SpecException.class, () -> bind(dataset));
        assertTrue(e.getMessage().contains(what), e.getMessage());
        assertTrue(e.getMessage().startsWith("f.yaml:1:"), e.getMessage());
    }

    private static String own(Class<?> type, String arguments, String more) {
        return "iterator: " + type.getName() + ", arguments: " + arguments + more;
    }

    // ---- iterators of the test's own ----

    /** The methods of the interface that a reader of the whole does not need. */
    private abstract static class Once implements DataSetIterator {
        private static final long serialVersionUID = 1L;

        @Override
        public DataSet next(int number) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int inputColumns() {
            return 3;
        }

        @Override
        public int totalOutcomes() {
            return 2;
        }

        @Override
        public boolean resetSupported() {
            return false;
        }

        @Override
        public boolean asyncSupported() {
            return false;
        }

        @Override
        public void reset() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int batch() {
            return 4;
        }

        @Override
        public void setPreProcessor(DataSetPreProcessor preProcessor) {}

        @Override
        public DataSetPreProcessor getPreProcessor() {
            return null;
        }

        @Override
        public List<String> getLabels() {
            return List.of();
        }
    }

    /**
     * Batches of one tenth, whole, …: example i has the inputs i, −i, 5 and the label i mod 2, in views and 'f' order.
     */
    public static final class Counting extends Once {
        private static final long serialVersionUID = 1L;

        private final int examples;
        private final DataType type;
        private final boolean oneHot;
        private int given;

        public Counting(int examples, DataType type, boolean oneHot) {
            this.examples = examples;
            this.type = type;
            this.oneHot = oneHot;
        }

        @Override
        public boolean hasNext() {
            return given < examples;
        }

        @Override
        public DataSet next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            int size = Math.min(4, examples - given);
            INDArray x = Nd4j.create(DataType.DOUBLE, new long[] {size, 4}, 'f');
            INDArray y = Nd4j.create(DataType.FLOAT, size, oneHot ? 2 : 1);
            for (int k = 0; k < size; k++, given++) {
                x.putScalar(k, 1, given);
                x.putScalar(k, 2, -given);
                x.putScalar(k, 3, 5 + (type == DataType.DOUBLE ? 1e-12 : 0));
                y.putScalar(k, oneHot ? given % 2 : 0, oneHot ? 1 : given % 2);
            }
            INDArray view = x.castTo(type)
                    .get(
                            org.nd4j.linalg.indexing.NDArrayIndex.all(),
                            org.nd4j.linalg.indexing.NDArrayIndex.interval(1, 4));
            return new DataSet(view, y);
        }
    }

    /** Never ends, or gives what cannot be learned from. */
    public static final class Bad extends Once {
        private static final long serialVersionUID = 1L;

        /** What is bad about it. */
        public enum Way {
            ENDLESS,
            EMPTY,
            NOTHING,
            NO_LABELS,
            NOT_FINITE,
            OTHER_SHAPE,
            SEQUENCES,
            THROWS,
            NULL,
            LABELS_NOT_FINITE
        }

        private final Way way;
        private int given;

        public Bad(Way way) {
            this.way = way;
        }

        @Override
        public boolean hasNext() {
            return way != Way.NOTHING && (way == Way.ENDLESS || way == Way.EMPTY || given < 3);
        }

        @Override
        public DataSet next() {
            given++;
            INDArray x = Nd4j.ones(DataType.FLOAT, 1000, way == Way.OTHER_SHAPE && given == 2 ? 2 : 1);
            INDArray y = Nd4j.zeros(DataType.FLOAT, 1000, 2);
            y.getColumn(given % 2).assign(1);
            switch (way) {
                case EMPTY -> {
                    return new DataSet(Nd4j.create(DataType.FLOAT, 0, 3), Nd4j.create(DataType.FLOAT, 0, 2));
                }
                case NULL -> {
                    return null;
                }
                case NO_LABELS -> {
                    return new DataSet(x, null);
                }
                case NOT_FINITE -> x.putScalar(7, 0, Float.NaN);
                case LABELS_NOT_FINITE -> y.putScalar(8, 1, Float.POSITIVE_INFINITY);
                case SEQUENCES -> {
                    return new DataSet(x, Nd4j.zeros(DataType.FLOAT, 1000, 2, 5));
                }
                case THROWS -> throw new IllegalStateException("the disk\nis on fire");
                default -> {}
            }
            return new DataSet(x, y);
        }
    }

    /** Ten examples of 1e39. */
    public static final class Huge extends Once {
        private static final long serialVersionUID = 1L;

        private boolean given;

        public Huge() {
            given = false;
        }

        @Override
        public boolean hasNext() {
            return !given;
        }

        @Override
        public DataSet next() {
            given = true;
            return new DataSet(
                    Nd4j.valueArrayOf(new long[] {10, 3}, 1e39, DataType.DOUBLE), Nd4j.ones(DataType.FLOAT, 10, 1));
        }
    }

    /** Opens a connection. */
    public static final class Connecting extends Once {
        private static final long serialVersionUID = 1L;

        public Connecting(java.net.URI address) throws IOException {
            address.toURL().openStream().close();
        }

        public Connecting(String address) throws IOException {
            this(java.net.URI.create(address));
        }

        @Override
        public boolean hasNext() {
            return false;
        }

        @Override
        public DataSet next() {
            throw new NoSuchElementException();
        }
    }

    @Test
    void ownIterator_isReadOnce_inItsOrder_fromViewsOfAnyOrder() {
        Data data = load(own(Counting.class, "[10, DOUBLE, true]", ", test-arguments: [5, float, yes]"));
        assertEquals(10, data.train().size());
        assertEquals(5, data.test().size());
        assertArrayEquals(new int[] {3}, data.featureShape());
        assertEquals(2, data.outputs());
        assertTrue(data.classification());
        double[] x = new double[6];
        data.train().inputs(new int[] {7, 9}, 0, 2, x);
        assertArrayEquals(new double[] {7, -7, 5 + 1e-12, 9, -9, 5 + 1e-12}, x, 0);
        float[] single = new float[3];
        data.train().inputs(new int[] {7}, 0, 1, single);
        assertArrayEquals(new float[] {7, -7, 5}, single);
        double[] labels = new double[3];
        data.train().targets(new int[] {7, 8, 1}, 0, 3, labels);
        assertArrayEquals(new double[] {1, 0, 1}, labels);
        data.test().inputs(new int[] {4}, 0, 1, x);
        assertArrayEquals(new double[] {4, -4, 5}, Arrays.copyOf(x, 3));
    }

    @Test
    void oneIterator_isSplit_theSameForEverySeed_andTheLimitIsOfTheRest() {
        Data data = load(own(Counting.class, "[20, FLOAT, true]", ", test-examples: 6, limit: 10, validation: 3"));
        assertEquals(6, data.test().size());
        assertEquals(10, data.train().size());
        List<Double> seen = new ArrayList<>();
        for (Examples part : List.of(data.train(), data.test())) {
            double[] x = new double[3];
            for (int i = 0; i < part.size(); i++) {
                part.inputs(new int[] {i}, 0, 1, x);
                seen.add(x[0]);
            }
        }
        assertEquals(16, seen.stream().distinct().count(), seen.toString());
        assertTrue(seen.stream().allMatch(value -> value < 16), seen.toString());
        double[] again = new double[18];
        load(own(Counting.class, "[20, FLOAT, true]", ", test-examples: 6, limit: 10"))
                .test()
                .inputs(new int[] {0, 1, 2, 3, 4, 5}, 0, 6, again);
        for (int i = 0; i < 6; i++) {
            assertEquals(seen.get(10 + i), again[3 * i]);
        }
    }

    @Test
    void labels_areClassesWhereOneHot_elseNumbers_unlessTheFileSays() {
        String arguments = "[8, FLOAT, false]";
        Data numbers = load(own(Counting.class, arguments, ", test-examples: 2"));
        assertFalse(numbers.classification());
        assertEquals(1, numbers.outputs());
        Data classes = load(own(Counting.class, arguments, ", test-examples: 2, labels: classes"));
        assertTrue(classes.classification());
        assertEquals(2, classes.outputs());
        Data two = load(own(Counting.class, "[8, FLOAT, true]", ", test-examples: 2, labels: numbers"));
        assertFalse(two.classification());
        assertEquals(2, two.outputs());
        assertEquals(2, two.train().targets());
    }

    @Test
    void normalization_isByTheTrainingExamples() {
        Data each =
                load(own(Counting.class, "[10, DOUBLE, true]", ", test-arguments: [3, DOUBLE, true], normalize: each"));
        double[] x = new double[3];
        each.train().inputs(new int[] {0}, 0, 1, x);
        double deviation = Math.sqrt(8.25);
        assertArrayEquals(new double[] {-4.5 / deviation, 4.5 / deviation, 0}, x, 1e-14);
        each.test().inputs(new int[] {2}, 0, 1, x);
        assertArrayEquals(new double[] {-2.5 / deviation, 2.5 / deviation, 0}, x, 1e-14);
        Data all = load(own(Counting.class, "[10, FLOAT, true]", ", test-arguments: [3, FLOAT, true], normalize: all"));
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 10; i++) {
            all.train().inputs(new int[] {i}, 0, 1, x);
            sum += x[0] + x[1] + x[2];
            squares += x[0] * x[0] + x[1] * x[1] + x[2] * x[2];
        }
        assertEquals(0, sum, 1e-13);
        assertEquals(30, squares, 1e-12);
    }

    @Test
    void numbersBeyondFloat32_areNamed_whereTheRunIsInFloat32() {
        Data data = load(own(Huge.class, "[]", ", test-examples: 1"));
        data.requireFinite(Precision.FLOAT64);
        DatasetException e = assertThrows(DatasetException.class, () -> data.requireFinite(Precision.FLOAT32));
        assertTrue(e.getMessage().contains("is 1.0E39, beyond float32"), e.getMessage());
    }

    @Test
    void shape_isTheFilesWhereItFits() {
        String iterator = own(Counting.class, "[10, FLOAT, true]", ", test-examples: 2");
        assertArrayEquals(
                new int[] {1, 3, 1}, load(iterator + ", shape: [1, 3, 1]").featureShape());
        refuses(iterator + ", shape: [2, 2]", "dataset.shape [2, 2] has 4 numbers, but ", " gives 3 per example");
    }

    @Test
    void iteratorWithoutAnEnd_isRefused_unlessLimited() {
        String endless = own(Bad.class, "[endless]", ", test-examples: 10");
        refuses(endless, "has given more than 1000000 examples and may never end; set dataset.limit");
        assertEquals(2500, load(endless + ", limit: 2500").train().size());
        refuses(own(Bad.class, "[empty]", ", test-examples: 10"), "empty batches one after the other");
    }

    @Test
    void whatCannotBeLearnedFrom_isOneLine() {
        refuses(own(Bad.class, "[nothing]", ", test-examples: 1"), "Bad gives no examples");
        refuses(own(Bad.class, "['null']", ", test-examples: 1"), "Bad gave a batch without features");
        refuses(own(Bad.class, "[no-labels]", ", test-examples: 1"), "without labels");
        refuses(own(Bad.class, "[not-finite]", ", test-examples: 1"), "gives the feature NaN at 0 of example 7");
        refuses(own(Bad.class, "[labels-not-finite]", ", test-examples: 1"), "the label Infinity at 1 of example 8");
        refuses(
                own(Bad.class, "[other-shape]", ", test-examples: 1"),
                "features [2] with labels [2] per example after example 1000");
        refuses(own(Bad.class, "[sequences]", ", test-examples: 1"), "labels of the shape [2, 5] per example");
        refuses(own(Bad.class, "[throws]", ", test-examples: 1"), "failed: IllegalStateException: the disk is on fire");
        refuses(own(Counting.class, "[3, FLOAT, true]", ", test-examples: 3"), "not more than the 3 for the test");
        refuses(own(Counting.class, "[3, FLOAT, true]", ", test-examples: 1, limit: 4"), "fewer than the 5 wanted");
        refuses(
                own(Counting.class, "[6, FLOAT, true]", ", test-examples: 1, validation: 5"),
                "not more than validation 5; lower dataset.validation");
        refuses(
                own(Counting.class, "[6, FLOAT, true]", ", test-arguments: [6, FLOAT, false]"),
                "gives 1 labels per test example, but 2 per training example");
        refuses(
                own(
                        Counting.class,
                        "[6, FLOAT, false]",
                        ", test-examples: 1, labels: classes, normalize: all, limit: 6"),
                "fewer than the 7 wanted");
    }

    @Test
    void classThatIsNone_orIsOfAnotherKind_isSaid() {
        refuses(
                "iterator: MnistDataSetIterater, test-examples: 1",
                "no class MnistDataSetIterater on the class path; " + "did you mean 'MnistDataSetIterator'?");
        refuses("iterator: a.b.C, test-examples: 1", "no class a.b.C on the class path", "dataset.jars");
        refuses("iterator: java.lang.String, test-examples: 1", "java.lang.String is not a org.nd4j.");
        refuses(
                "iterator: Cifar10DataSetIterator, arguments: [5], test-examples: 1",
                "org",
                "name its jar in dataset.jars");
        refuses("iterator: a.b.C, test-examples: 1, jars: [nowhere.jar]", "nowhere.jar does not exist");
    }

    @Test
    void argumentsThatNoConstructorTakes_listTheConstructors() {
        refuses(
                "iterator: MnistDataSetIterator, arguments: [many], test-examples: 1",
                "no constructor of MnistDataSetIterator takes [many]; there are: ",
                "[int, boolean, int]",
                "[int, int, boolean, boolean, boolean, long, File]");
        refuses(
                own(Bad.class, "[upside-down]", ", test-examples: 1"),
                "no constructor of Bad takes [upside-down]; there are: [ENDLESS|EMPTY|");
    }

    @Test
    void offline_noConnectionIsOpened_andTheSelectorIsPutBack() {
        ProxySelector before = ProxySelector.getDefault();
        refuses(
                own(Connecting.class, "['http://localhost:9/x']", ", test-examples: 1"),
                "Connecting wants http://localhost:9/x, and nothing may be fetched offline");
        refuses("iterator: iris", "IrisDataSetIterator wants https://", "iris.dat, and nothing may be fetched offline");
        refuses("iterator: mnist", "MnistDataSetIterator wants https://");
        refuses("iterator: emnist-letters", "EmnistDataSetIterator wants https://", "emnist-letters-train-images");
        assertSame(before, ProxySelector.getDefault());
        assertTrue(Files.isDirectory(directory.resolve("deeplearning4j")));
        assertNull(System.getProperty("org.deeplearning4j.resources.directory"));
    }

    @Test
    void online_everyAddressIsSaid() {
        FetchProgress progress = new FetchProgress() {
            @Override
            public void start(String name, long totalBytes) {}

            @Override
            public void advance(long bytes) {}

            @Override
            public void finish() {}

            @Override
            public void note(String message) {
                notes.add(message);
            }
        };
        // a port that is reserved for nobody: refused at once
        Dl4j dataset = bind(own(Connecting.class, "['http://localhost:1/x']", ", test-examples: 1"));
        DatasetException e =
                assertThrows(DatasetException.class, () -> dataset.load(new Store(directory, false, progress)));
        assertTrue(e.getMessage().startsWith("Dl4jTest$Connecting failed: ConnectException"), e.getMessage());
        assertEquals(List.of("Dl4jTest$Connecting fetches http://localhost:1/x"), notes);
    }

    // ---- Deeplearning4j's own ----

    /** The sample's file continued with zeros to the length that Deeplearning4j insists on. */
    private Path padded(int file, String name, long bytes) throws IOException {
        Path folder = Files.createDirectories(directory.resolve("deeplearning4j"));
        DatasetFile known = MnistSample.FILES.files().get(file);
        Path plain = Files.createDirectories(folder.resolve(name).getParent()).resolve(folder.resolve(name));
        Files.write(plain, known.read(Path.of("datasets/mnist-sample", known.name() + ".gz")));
        try (var channel = FileChannel.open(plain, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
            channel.write(ByteBuffer.allocate(4).putInt(0, file < 2 ? 60_000 : 10_000), 4);
        }
        return plain;
    }

    private static void assertSameImages(Examples ours, Examples theirs, int count, boolean transposed) {
        double[] x = new double[784];
        double[] y = new double[784];
        double[] label = new double[2];
        for (int i = 0; i < count; i++) {
            ours.inputs(new int[] {i}, 0, 1, x);
            theirs.inputs(new int[] {i}, 0, 1, y);
            for (int j = 0; j < 784; j++) {
                int at = transposed ? 28 * (j % 28) + j / 28 : j;
                assertEquals(x[at] * Mnist.DEVIATION + Mnist.MEAN, y[j], 1e-7, "image " + i + " at " + j);
            }
            ours.targets(new int[] {i}, 0, 1, label);
            double ourLabel = label[0];
            theirs.targets(new int[] {i}, 0, 1, label);
            assertEquals(ourLabel, label[0], "label " + i);
        }
    }

    @Test
    void mnistDataSetIterator_givesTheSample() throws IOException {
        padded(0, "train-images-idx3-ubyte", 16 + 60_000L * 784);
        padded(1, "train-labels-idx1-ubyte", 8 + 60_000);
        padded(2, "t10k-images-idx3-ubyte", 16 + 10_000L * 784);
        padded(3, "t10k-labels-idx1-ubyte", 8 + 10_000);
        Data theirs = load("iterator: " + MNIST + ", arguments: [100, 5000, false, true, false, 0], "
                + "test-arguments: [100, 1000, false, false, false, 0], shape: [1, 28, 28], validation: 500");
        Data ours = new MnistSample(0, 0).load(new Store(Path.of("datasets"), true));
        assertEquals(5000, theirs.train().size());
        assertEquals(1000, theirs.test().size());
        assertEquals(10, theirs.outputs());
        assertArrayEquals(ours.featureShape(), theirs.featureShape());
        assertSameImages(ours.train(), theirs.train(), 300, false);
        assertSameImages(ours.test(), theirs.test(), 1000, false);
        Data named = load("iterator: mnist, limit: 50, normalize: none");
        assertEquals(50, named.train().size());
        assertEquals(10_000, named.test().size());
        assertSameImages(ours.train(), named.train(), 50, false);
    }

    /** EMNIST's images lie on their side in the file. */
    @Test
    void emnist_readsItsIdxFiles() throws IOException {
        String folder = "data/EMNIST/emnist-mnist-";
        padded(0, folder + "train-images-idx3-ubyte", 16 + 60_000L * 784);
        padded(1, folder + "train-labels-idx1-ubyte", 8 + 60_000);
        padded(2, folder + "test-images-idx3-ubyte", 16 + 10_000L * 784);
        padded(3, folder + "test-labels-idx1-ubyte", 8 + 10_000);
        Data theirs = load("iterator: emnist-mnist, limit: 100");
        Data ours = new MnistSample(0, 0).load(new Store(Path.of("datasets"), true));
        Form form = bind("iterator: emnist-mnist").form().orElseThrow();
        assertArrayEquals(form.featureShape(), theirs.featureShape());
        assertEquals(form.targets(), theirs.targets());
        assertEquals(10_000, theirs.test().size());
        assertSameImages(ours.train(), theirs.train(), 100, true);
    }

    /** 150 rows of four numbers and a class, as in the published file. */
    @Test
    void iris_readsItsFile_andThirtyAreForTheTest() throws IOException {
        Path folder = Files.createDirectories(directory.resolve("deeplearning4j/data/iris"));
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 150; i++) {
            rows.append("5.")
                    .append(i % 10)
                    .append(",3.5,1.4,")
                    .append(i / 50)
                    .append(".2,")
                    .append(i / 50)
                    .append('\n');
        }
        Files.writeString(folder.resolve("iris.dat"), rows);
        Data data = load("iterator: iris, normalize: each, validation: 20");
        assertEquals(120, data.train().size());
        assertEquals(30, data.test().size());
        assertArrayEquals(new int[] {4}, data.featureShape());
        assertEquals(bind("iterator: iris").form().orElseThrow().targets(), data.targets());
        refuses("iterator: iris, limit: 2147483647", "has 150 examples, fewer than the 2147483647 wanted");
    }

    /** The counts of Deeplearning4j's own table. */
    @Test
    void emnistsClasses_areThoseOfDeeplearning4j() {
        for (EMnistSet set : EMnistSet.values()) {
            String name = "iterator: emnist-" + set.name().toLowerCase(Locale.ROOT);
            assertEquals(
                    EmnistDataSetIterator.numLabels(set),
                    bind(name).form().orElseThrow().targets().outputs(),
                    name);
        }
    }

    // ---- the file ----

    @Test
    void mistakesInTheFile_areFoundBeforeAnythingIsRead() {
        isWrong("iterator: emnist-balance", "iterator must be one of emnist-complete, ");
        isWrong("iterator: emnist-balance", "did you mean 'emnist-balanced'?");
        isWrong("iterator: iris, arguments: [3]", "arguments belong to the name of a class, but iterator is iris");
        isWrong("iterator: mnist, test-examples: 3", "must be 0, but is 3: mnist has a test part");
        isWrong("iterator: a.b.C", "must be ≥ 1 where there are no test-arguments");
        isWrong("iterator: a.b.C, test-examples: 3, test-arguments: []", "and 0 where there are, but is 3");
        isWrong("iterator: iris, limit: 20, validation: 20", "validation must be < 20");
        assertTrue(JsonSchema.of(File.class).contains("emnist-letters"));
    }
}
