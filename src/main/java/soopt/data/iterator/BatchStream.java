package soopt.data.iterator;

/** An iterator over batches that are read once. */
interface BatchStream {
    boolean hasNext();

    Batch next();
}
