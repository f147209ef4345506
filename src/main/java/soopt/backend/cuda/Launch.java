package soopt.backend.cuda;

import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.cuda.driver.Arguments;
import soopt.backend.cuda.driver.Device;

/** The arguments of a kernel in the order of its parameters, and then how many threads run it. */
final class Launch {
    /** Threads of a block; the kernels count on it. */
    static final int BLOCK = 256;

    /** Threads that work in step. */
    static final int WARP = 32;

    private static final int MOST_BLOCKS = 1 << 16;

    private final Device device;
    private final Precision precision;
    private long function;
    private Arguments arguments;

    Launch(Device device, Precision precision) {
        this.device = device;
        this.precision = precision;
        this.arguments = device.arguments();
    }

    Launch start(long kernel) {
        function = kernel;
        arguments = device.arguments();
        return this;
    }

    /** The first element of a tensor. */
    Launch put(Tensor x) {
        arguments.put(CudaMemory.address(x));
        return this;
    }

    /** An address, or a long long. */
    Launch put(long value) {
        arguments.put(value);
        return this;
    }

    /** A long long that is no address: another one is the same work. */
    Launch scalar(long value) {
        arguments.putScalar(value);
        return this;
    }

    Launch put(int value) {
        arguments.put(value);
        return this;
    }

    /** A number in the precision of the tensors. */
    Launch real(double value) {
        if (precision.isSingle()) {
            arguments.put((float) value);
        } else {
            arguments.put(value);
        }
        return this;
    }

    /** A number in float64. */
    Launch wide(double value) {
        arguments.put(value);
        return this;
    }

    /** A thread for each of n elements, or fewer that take several. */
    void forElements(long n) {
        blocks(blocksFor(n), 1);
    }

    /** Blocks with a thread for each of n elements, or fewer whose threads take several. */
    static int blocksFor(long n) {
        return (int) Math.min(MOST_BLOCKS, (n + BLOCK - 1) / BLOCK);
    }

    /** A warp for each of n elements. */
    void forWarps(long n) {
        blocks(Math.toIntExact((n + BLOCK / WARP - 1) / (BLOCK / WARP)), 1);
    }

    void blocks(int x, int y) {
        device.launch(function, x, y, BLOCK, 1);
    }

    /** Blocks of columns × 256/columns threads. */
    void blocks(int x, int y, int columns) {
        device.launch(function, x, y, columns, BLOCK / columns);
    }
}
