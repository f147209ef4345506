package soopt.data;

/** A data set by name: what to load. */
public sealed interface Dataset permits Mnist {
    /** Number of training images held out for validation, drawn with the run's seed. */
    int validation();

    /** Number of training images used, the first of the file; 0 for all. */
    int limit();

    /** Reads (and fetches, unless the store is offline) the files, checks them, and gives the examples. */
    Data load(Store store);
}
