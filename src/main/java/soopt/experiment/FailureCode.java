package soopt.experiment;

import soopt.backend.DeviceFailure;
import soopt.data.fetch.DatasetException;
import soopt.experiment.folder.RunDirectoryException;
import soopt.file.WriteException;
import soopt.spec.yaml.SpecException;

/** The exit code of a process that ends with a failure: whose fault it is. */
public final class FailureCode {
    public static final int INTERNAL = 1;
    /** The experiment file, or a results folder that cannot be used. */
    public static final int SPEC = 3;

    public static final int DATASET = 4;
    /** Native libraries, memory, accelerator. */
    public static final int DEVICE = 5;

    private FailureCode() {}

    public static int of(Throwable failure) {
        if (failure instanceof SpecException
                || failure instanceof RunDirectoryException
                || failure instanceof WriteException) {
            return SPEC;
        }
        if (failure instanceof DatasetException) {
            return DATASET;
        }
        boolean device = failure instanceof DeviceFailure
                || failure instanceof OutOfMemoryError
                || failure instanceof LinkageError;
        return device ? DEVICE : INTERNAL;
    }
}
