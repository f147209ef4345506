package soopt.data.iterator;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.deeplearning4j.common.resources.DL4JResources;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.eclipse.deeplearning4j.resources.ResourceDataSets;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import soopt.data.fetch.DatasetException;

/**
 * The one class outside the backend that knows ND4J: an iterator of Deeplearning4j with its arrays turned into Java's.
 * Loaded only where a data set of this kind is read.
 */
final class Deeplearning4j implements BatchStream {
    private static final String HOME = DL4JSystemProperties.DL4J_RESOURCES_DIR_PROPERTY;

    /** Types whose values all are float32. */
    private static final Set<DataType> NARROW = EnumSet.of(
            DataType.FLOAT,
            DataType.FLOAT16,
            DataType.BFLOAT16,
            DataType.INT8,
            DataType.UINT8,
            DataType.INT16,
            DataType.UINT16,
            DataType.BOOL);

    private final String name;
    private final DataSetIterator iterator;

    private Deeplearning4j(String name, DataSetIterator iterator) {
        this.name = name;
        this.iterator = iterator;
    }

    /** What an iterator must implement. */
    static Class<?> required() {
        return DataSetIterator.class;
    }

    static BatchStream of(String name, Object iterator) {
        return new Deeplearning4j(name, (DataSetIterator) iterator);
    }

    /** Puts what Deeplearning4j fetches into this folder, unless its own system property names another. */
    static void home(Path folder) {
        if (System.getProperty(HOME) == null) {
            // read when the class is initialized: without it an empty folder would appear in the user's home
            System.setProperty(HOME, folder.toString());
            try {
                settle(folder.toFile());
            } finally {
                System.clearProperty(HOME);
            }
        }
    }

    private static void settle(File folder) {
        if (!folder.isDirectory() && !folder.mkdirs()) {
            throw new DatasetException("cannot make the folder " + folder + "; choose another datasets folder");
        }
        DL4JResources.setBaseDirectory(folder);
        ResourceDataSets.setTopLevelResourceDir(folder);
    }

    @Override
    public boolean hasNext() {
        return iterator.hasNext();
    }

    @Override
    public Batch next() {
        DataSet batch = iterator.next();
        if (batch == null || batch.getFeatures() == null) {
            throw new DatasetException(name + " gave a batch without features");
        }
        if (batch.getLabels() == null) {
            throw new DatasetException(name + " gave a batch without labels: there is nothing to learn");
        }
        if (batch.hasMaskArrays()) {
            throw new DatasetException(name + " gave a batch with masks: sequences of different lengths are not read");
        }
        INDArray x = batch.getFeatures();
        INDArray y = batch.getLabels();
        long size = x.rank() == 0 ? 1 : x.size(0);
        if (y.rank() == 0 || y.size(0) != size) {
            throw new DatasetException(name + " gave features " + Arrays.toString(x.shape()) + " with labels "
                    + Arrays.toString(y.shape()));
        }
        requireNumbers(x);
        requireNumbers(y);
        boolean narrow = NARROW.contains(x.dataType());
        return new Batch(
                Math.toIntExact(size),
                shape(x),
                narrow && !x.isEmpty() ? copy(x, DataType.FLOAT).data().asFloat() : new float[0],
                narrow || x.isEmpty()
                        ? new double[0]
                        : copy(x, DataType.DOUBLE).data().asDouble(),
                shape(y),
                y.isEmpty() ? new double[0] : copy(y, DataType.DOUBLE).data().asDouble());
    }

    private void requireNumbers(INDArray array) {
        if (array.dataType() == DataType.UTF8) {
            throw new DatasetException(name + " gave text instead of numbers");
        }
    }

    /** A copy of its own, row by row: the array given may be a view in any order, and the iterator's to use again. */
    private static INDArray copy(INDArray array, DataType type) {
        INDArray cast = array.castTo(type);
        return cast.dup('c');
    }

    /** Shape of one row: [] if the array is a vector. */
    private static int[] shape(INDArray array) {
        return Arrays.stream(array.shape()).skip(1).mapToInt(Math::toIntExact).toArray();
    }
}
