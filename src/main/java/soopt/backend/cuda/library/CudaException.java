package soopt.backend.cuda.library;

import soopt.backend.DeviceFailure;

/** The GPU or its libraries cannot do what was asked for, in one line: the error's name, the call, what to do. */
public final class CudaException extends RuntimeException implements DeviceFailure {
    private static final long serialVersionUID = 1L;

    /** Code of what is no answer of a library. */
    public static final int NO_LIBRARY = -1;

    /** CUDA_ERROR_OUT_OF_MEMORY. */
    public static final int OUT_OF_MEMORY = 2;

    private static final int NO_BINARY = 209;
    private static final int INVALID_IMAGE = 200;
    private static final int INVALID_PTX = 218;
    private static final int UNSUPPORTED_PTX = 222;

    private final int code;

    public CudaException(String message, int code) {
        super(message);
        this.code = code;
    }

    public boolean isOutOfMemory() {
        return code == OUT_OF_MEMORY;
    }

    /** Whether compiled code was refused that another compilation may replace. */
    public boolean isOfImage() {
        return code == INVALID_IMAGE || code == NO_BINARY || code == INVALID_PTX || code == UNSUPPORTED_PTX;
    }
}
