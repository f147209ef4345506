package soopt.backend;

/** Memory that holds the elements of tensors: one allocation of the engine, returned to a pool when released. */
public interface Storage {
    Precision precision();

    /** Capacity in elements. */
    long capacity();

    /** Gives the memory back for reuse; releasing twice is an error. */
    void release();
}
