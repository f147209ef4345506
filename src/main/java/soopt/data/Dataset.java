package soopt.data;

import soopt.data.examples.Data;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.Store;

/** A data set by name: what to load. */
public sealed interface Dataset permits Mnist, FashionMnist, Cifar10, MnistSample, Npz {
    /** Number of training examples held out for validation, drawn with the run's seed. */
    int validation();

    /** Number of training examples used, the first of the file; 0 for all. */
    int limit();

    /**
     * Reads (and fetches, unless the store is offline) the files, checks them, and gives the examples.
     *
     * @throws DatasetException if a file is missing, damaged, or its contents do not make sense
     */
    Data load(Store store);
}
