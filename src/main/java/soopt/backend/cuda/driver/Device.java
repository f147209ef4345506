package soopt.backend.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.LongToIntFunction;

/**
 * One GPU in use: its primary context, one stream on which all work is done in the order given, memory and launches.
 * One thread at a time may use it, any thread.
 */
public final class Device implements AutoCloseable {
    /** The context that is current on a thread, which the driver keeps by thread too; 0 for none. */
    private static final ThreadLocal<Long> CURRENT = ThreadLocal.withInitial(() -> 0L);

    private static final int NON_BLOCKING = 1;
    private static final long MEBIBYTE = 1 << 20;

    /** Calls made so far. */
    public record Counts(long launches, long copies, long synchronizations) {}

    private final Gpu gpu;
    private final int device;
    private final long context;
    private final long stream;
    private final Memory out = new Memory(2L * Long.BYTES);
    private final Arguments arguments = new Arguments();
    private long launches;
    private long copies;
    private long synchronizations;

    /** Page-locked memory of the host, for copies beside the work of the device. */
    public record HostMemory(ByteBuffer bytes, long address) {}

    private Device(Gpu gpu, int device, long context) {
        this.gpu = gpu;
        this.device = device;
        this.context = context;
        makeCurrent();
        this.stream = getLong("cuStreamCreate", address -> DriverApi.cuStreamCreate(address, NON_BLOCKING));
    }

    /**
     * Begins to use a GPU.
     *
     * @throws CudaException if there is none of that index, or it cannot be used
     */
    public static Device open(int index) {
        Gpus gpus = Gpus.find();
        gpus.problem().ifPresent(text -> {
            throw new CudaException(text, CudaException.NO_LIBRARY);
        });
        if (index < 0 || index >= gpus.list().size()) {
            throw new CudaException(
                    "there is no GPU " + index + ": the driver names "
                            + gpus.list().size() + ", numbered from 0",
                    CudaException.NO_LIBRARY);
        }
        Driver driver = Driver.load();
        int device = driver.getInt("cuDeviceGet", address -> DriverApi.cuDeviceGet(address, index));
        long context = driver.getLong(
                "cuDevicePrimaryCtxRetain", address -> DriverApi.cuDevicePrimaryCtxRetain(address, device));
        return new Device(gpus.list().get(index), device, context);
    }

    public Gpu gpu() {
        return gpu;
    }

    public Counts counts() {
        return new Counts(launches, copies, synchronizations);
    }

    /** Makes the context current on this thread if another one is. */
    void makeCurrent() {
        if (CURRENT.get() != context) {
            Driver.check("cuCtxSetCurrent", DriverApi.cuCtxSetCurrent(context));
            CURRENT.set(context);
        }
    }

    long stream() {
        return stream;
    }

    private long getLong(String call, LongToIntFunction function) {
        Driver.check(call, function.applyAsInt(Pointer.nativeValue(out)));
        return out.getLong(0);
    }

    // ---- memory ----

    /** @throws CudaException with the bytes wanted and free if memory is short */
    public long allocate(long bytes) {
        makeCurrent();
        int code = DriverApi.cuMemAlloc_v2(Pointer.nativeValue(out), bytes);
        if (code == CudaException.OUT_OF_MEMORY) {
            throw outOfMemory("cuMemAlloc", bytes);
        }
        Driver.check("cuMemAlloc", code);
        return out.getLong(0);
    }

    private CudaException outOfMemory(String call, long bytes) {
        DriverApi.cuMemGetInfo_v2(Pointer.nativeValue(out), Pointer.nativeValue(out) + Long.BYTES);
        return new CudaException(
                Driver.words(call, CudaException.OUT_OF_MEMORY) + ": " + mebibytes(bytes) + " MiB wanted, "
                        + out.getLong(0) / MEBIBYTE + " of " + mebibytes(out.getLong(Long.BYTES))
                        + " MiB free on GPU " + gpu.index()
                        + "; lower curvature.memory or training.batch-size, or use a GPU that nobody else uses",
                CudaException.OUT_OF_MEMORY);
    }

    private static long mebibytes(long bytes) {
        return (bytes + MEBIBYTE - 1) / MEBIBYTE;
    }

    /** Waits for all work that may use it. */
    public void free(long address) {
        makeCurrent();
        Driver.check("cuMemFree", DriverApi.cuMemFree_v2(address));
    }

    /** Memory of the host that the device reads and writes without a copy of the driver's. */
    public HostMemory allocateHost(int bytes) {
        makeCurrent();
        long address = getLong("cuMemHostAlloc", place -> DriverApi.cuMemHostAlloc(place, bytes, 0));
        return new HostMemory(new Pointer(address).getByteBuffer(0, bytes).order(ByteOrder.nativeOrder()), address);
    }

    public void freeHost(HostMemory memory) {
        makeCurrent();
        Driver.check("cuMemFreeHost", DriverApi.cuMemFreeHost(memory.address()));
    }

    /** Copies to the device, when what was asked for before has been done; the memory must not change until then. */
    public void upload(HostMemory from, int at, long to, long bytes) {
        makeCurrent();
        copies++;
        Driver.check("cuMemcpyHtoDAsync", DriverApi.cuMemcpyHtoDAsync_v2(to, from.address() + at, bytes, stream));
    }

    /** Copies to the host, when what was asked for before has been done; {@link #synchronize} waits for it. */
    public void download(long from, HostMemory to, int at, long bytes) {
        makeCurrent();
        copies++;
        Driver.check("cuMemcpyDtoHAsync", DriverApi.cuMemcpyDtoHAsync_v2(to.address() + at, from, bytes, stream));
    }

    public void copy(long from, long to, long bytes) {
        makeCurrent();
        copies++;
        Driver.check("cuMemcpyDtoDAsync", DriverApi.cuMemcpyDtoDAsync_v2(to, from, bytes, stream));
    }

    /** Writes words of four bytes; the address is a multiple of four. */
    public void set(long to, int value, long words) {
        makeCurrent();
        Driver.check("cuMemsetD32Async", DriverApi.cuMemsetD32Async(to, value, words, stream));
    }

    /** Waits until all work is done; what failed meanwhile is thrown here. */
    public void synchronize() {
        makeCurrent();
        synchronizations++;
        Driver.check("cuStreamSynchronize", DriverApi.cuStreamSynchronize(stream));
    }

    // ---- code ----

    /** Compiled kernels on the device. */
    public final class Code {
        private final long module;

        private Code(long module) {
            this.module = module;
        }

        /** The handle of a kernel, for launches. */
        public long function(String name) {
            makeCurrent();
            return getLong(
                    "cuModuleGetFunction of " + name, address -> DriverApi.cuModuleGetFunction(address, module, name));
        }

        public void unload() {
            makeCurrent();
            Driver.check("cuModuleUnload", DriverApi.cuModuleUnload(module));
        }
    }

    /** @throws CudaException if the driver refuses the code */
    public Code load(byte[] image) {
        makeCurrent();
        // PTX is text that ends with 0
        try (Memory copy = new Memory(image.length + 1L)) {
            copy.write(0, image, 0, image.length);
            copy.setByte(image.length, (byte) 0);
            return new Code(getLong(
                    "cuModuleLoadDataEx",
                    address -> DriverApi.cuModuleLoadDataEx(address, Pointer.nativeValue(copy), 0, 0, 0)));
        }
    }

    /** The same of code that was kept, and that another compilation may replace; empty if the driver refuses it. */
    public Optional<Code> tryLoad(byte[] image) {
        try {
            return Optional.of(load(image));
        } catch (CudaException e) {
            if (!e.isOfImage()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** The arguments of the next launch, to be put in the order of the kernel's parameters. */
    public Arguments arguments() {
        return arguments.clear();
    }

    /** Launches a kernel with the arguments that were put. */
    public void launch(long function, int gridX, int gridY, int blockX, int blockY) {
        makeCurrent();
        launches++;
        Driver.check(
                "cuLaunchKernel",
                DriverApi.cuLaunchKernel(function, gridX, gridY, 1, blockX, blockY, 1, 0, stream, 0, arguments.list()));
    }

    /** Ends the use; memory that was not freed goes with the context when nobody else uses it. */
    @Override
    public void close() {
        makeCurrent();
        DriverApi.cuStreamDestroy_v2(stream);
        CURRENT.set(0L);
        DriverApi.cuDevicePrimaryCtxRelease_v2(device);
        out.close();
    }
}
