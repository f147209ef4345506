package soopt.data;

import java.util.Optional;
import soopt.data.examples.Data;
import soopt.data.examples.Form;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.Store;

/** A data set by name: what to load. */
public sealed interface Dataset permits Mnist, FashionMnist, Cifar10, MnistSample, Npz, Idx, Dl4j {
    /** Number of training examples held out for validation, drawn with the run's seed. */
    int heldOut();

    /** Number of training examples used, the first of the file; 0 for all. */
    int limit();

    /**
     * What its examples are, where that is known without reading them.
     *
     * @throws DatasetException if a file that is looked into is damaged
     */
    default Optional<Form> form() {
        return Optional.empty();
    }

    /**
     * Reads (and fetches, unless the store is offline) the files, checks them, and gives the examples.
     *
     * @throws DatasetException if a file is missing, damaged, or its contents do not make sense
     */
    Data load(Store store);
}
