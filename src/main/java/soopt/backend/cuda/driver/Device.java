package soopt.backend.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.LongToIntFunction;
import soopt.backend.Backend;
import soopt.backend.cuda.driver.Captures.Graph;
import soopt.backend.cuda.library.CudaException;

/**
 * One GPU in use: its primary context, one stream on which all work is done in the order given, memory and launches.
 * One thread at a time may use it, any thread.
 */
public final class Device implements AutoCloseable {
    /** The context that is current on a thread, which the driver keeps by thread too; 0 for none. */
    private static final ThreadLocal<Long> CURRENT = ThreadLocal.withInitial(() -> 0L);

    private static final int NON_BLOCKING = 1;
    /** CU_STREAM_CAPTURE_MODE_THREAD_LOCAL: a call that waits on this thread ends a capture. */
    private static final int OF_THREAD = 1;

    private static final int HALF = 32;
    private static final long LOW = 0xffffffffL;
    private static final long MEBIBYTE = 1 << 20;

    /**
     * Calls made so far.
     *
     * @param launches of kernels, one by one
     * @param replays launches of graphs
     * @param captures graphs captured
     */
    public record Counts(long launches, long copies, long synchronizations, long replays, long captures) {}

    /** Does an operation of a kind that this class does not know how to do. */
    interface Performer {
        void perform(Tape tape, int operation);
    }

    /** Copies numbers to the device through memory that stays as it is until then. */
    public interface TableCopy {
        void copy(long[] table, long to);
    }

    private final Gpu gpu;
    private final int device;
    private final long context;
    private final long stream;
    private final Memory out = new Memory(2L * Long.BYTES);
    private final Arguments arguments = new Arguments();
    private final Replays replays;
    private Performer products = (tape, operation) -> {};
    private TableCopy tables = (table, to) -> {};
    private long launches;
    private long copies;
    private long synchronizations;
    private long replayed;

    /** Page-locked memory of the host, for copies beside the work of the device. */
    public record HostMemory(ByteBuffer bytes, long address) {}

    private Device(Gpu gpu, int device, long context) {
        this.gpu = gpu;
        this.device = device;
        this.context = context;
        makeCurrent();
        this.stream = getLong("cuStreamCreate", address -> DriverApi.cuStreamCreate(address, NON_BLOCKING));
        this.replays = new Replays(this, Driver.graphs());
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
        return new Counts(launches, copies, synchronizations, replayed, replays.captured());
    }

    public Backend.Replay replay() {
        return new Backend.Replay(replays.graphs(), replays.nodes(), replayed, replays.problem());
    }

    /** What does products, which are another library's. */
    void productsBy(Performer performer) {
        products = performer;
    }

    /** What copies tables when they are not part of a graph. */
    public void tablesBy(TableCopy copy) {
        tables = copy;
    }

    Replays replays() {
        return replays;
    }

    /**
     * Does work that comes again with the same key, sizes and memory: from the third time on by graphs as far as it is
     * the same.
     */
    public void recorded(Object key, Runnable work) {
        boolean whole = false;
        replays.begin(key);
        try {
            work.run();
            whole = true;
        } finally {
            replays.end(key, whole);
        }
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

    /** Bytes that nobody has allocated. */
    public long freeBytes() {
        makeCurrent();
        Driver.check(
                "cuMemGetInfo",
                DriverApi.cuMemGetInfo_v2(Pointer.nativeValue(out), Pointer.nativeValue(out) + Long.BYTES));
        return out.getLong(0);
    }

    private static long mebibytes(long bytes) {
        return (bytes + MEBIBYTE - 1) / MEBIBYTE;
    }

    /** Waits for all work that may use it. */
    public void free(long address) {
        makeCurrent();
        replays.pause();
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
        replays.pause();
        Driver.check("cuMemFreeHost", DriverApi.cuMemFreeHost(memory.address()));
    }

    /** A stream for copies beside the work. */
    public CopyLane copyLane() {
        makeCurrent();
        return new CopyLane(this);
    }

    /** Copies to the device, when what was asked for before has been done; the memory must not change until then. */
    public void upload(HostMemory from, int at, long to, long bytes) {
        replays.pause();
        copyIn(from.address() + at, to, bytes);
    }

    void copyIn(long from, long to, long bytes) {
        makeCurrent();
        copies++;
        Driver.check("cuMemcpyHtoDAsync", DriverApi.cuMemcpyHtoDAsync_v2(to, from, bytes, stream));
    }

    /**
     * Copies few numbers that are the same whenever the work that they are for is.
     *
     * @param to address on the device
     */
    public void uploadTable(long[] table, long to) {
        if (replays.isActive()) {
            Tape next = replays.next(Tape.Kind.TABLE).put(table.length).put(to);
            for (long number : table) {
                next.put(number);
            }
            replays.add();
        } else {
            tables.copy(table, to);
        }
    }

    /** For {@link TableCopy}: as {@link #upload} of what is part of the work already. */
    public void uploadPart(HostMemory from, int at, long to, long bytes) {
        copyIn(from.address() + at, to, bytes);
    }

    /** Copies to the host, when what was asked for before has been done; {@link #synchronize} waits for it. */
    public void download(long from, HostMemory to, int at, long bytes) {
        replays.pause();
        makeCurrent();
        copies++;
        Driver.check("cuMemcpyDtoHAsync", DriverApi.cuMemcpyDtoHAsync_v2(to.address() + at, from, bytes, stream));
    }

    public void copy(long from, long to, long bytes) {
        if (replays.isActive()) {
            replays.next(Tape.Kind.COPY).put(bytes).put(to).put(from);
            replays.add();
        } else {
            copyNow(from, to, bytes);
        }
    }

    private void copyNow(long from, long to, long bytes) {
        makeCurrent();
        copies++;
        Driver.check("cuMemcpyDtoDAsync", DriverApi.cuMemcpyDtoDAsync_v2(to, from, bytes, stream));
    }

    /** Writes words of four bytes; the address is a multiple of four. */
    public void set(long to, int value, long words) {
        if (replays.isActive()) {
            replays.next(Tape.Kind.SET).put(words).put(to).put(value);
            replays.add();
        } else {
            setNow(to, value, words);
        }
    }

    private void setNow(long to, int value, long words) {
        makeCurrent();
        Driver.check("cuMemsetD32Async", DriverApi.cuMemsetD32Async(to, value, words, stream));
    }

    /** Waits until all work is done; what failed meanwhile is thrown here. */
    public void synchronize() {
        replays.pause();
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
        if (replays.isActive()) {
            Tape next = replays.next(Tape.Kind.LAUNCH)
                    .put(function)
                    .put((long) gridX << HALF | gridY)
                    .put((long) blockX << HALF | blockY)
                    .put(arguments.size())
                    .put(arguments.scalars());
            arguments.putInto(next);
            replays.add();
        } else {
            launchNow(function, gridX, gridY, blockX, blockY);
        }
    }

    private void launchNow(long function, int gridX, int gridY, int blockX, int blockY) {
        makeCurrent();
        launches++;
        Driver.check(
                "cuLaunchKernel",
                DriverApi.cuLaunchKernel(function, gridX, gridY, 1, blockX, blockY, 1, 0, stream, 0, arguments.list()));
    }

    // ---- work that was recorded ----

    /** Does an operation now. */
    void perform(Tape tape, int i) {
        switch (tape.kind(i)) {
            case LAUNCH -> {
                arguments.take(tape, i);
                long grid = tape.word(i, 1);
                long block = tape.word(i, 2);
                launchNow(tape.word(i, 0), (int) (grid >>> HALF), (int) grid, (int) (block >>> HALF), (int) block);
            }
            case PRODUCT -> products.perform(tape, i);
            case COPY -> copyNow(tape.word(i, 2), tape.word(i, 1), tape.word(i, 0));
            case SET -> setNow(tape.word(i, 1), (int) (tape.word(i, 2) & LOW), tape.word(i, 0));
            case TABLE -> tables.copy(tape.wordsFrom(i, 2), tape.word(i, 1));
            case PAUSE -> {
                // nothing is held back any more
            }
        }
    }

    /**
     * Work whose calls are captured: they count for nothing.
     *
     * @return the graph
     */
    long capture(Runnable work) {
        makeCurrent();
        Counts before = counts();
        Driver.check("cuStreamBeginCapture", GraphApi.cuStreamBeginCapture_v2(stream, OF_THREAD));
        long graph;
        try {
            work.run();
        } finally {
            launches = before.launches();
            copies = before.copies();
            // ends the capture also where it failed, and says so in place of what failed
            graph = getLong("cuStreamEndCapture", address -> GraphApi.cuStreamEndCapture(stream, address));
        }
        return graph;
    }

    void launch(Graph graph) {
        makeCurrent();
        replayed++;
        Driver.check("cuGraphLaunch", GraphApi.cuGraphLaunch(graph.executable(), stream));
    }

    /** Ends the use; memory that was not freed goes with the context when nobody else uses it. */
    @Override
    public void close() {
        makeCurrent();
        replays.close();
        DriverApi.cuStreamDestroy_v2(stream);
        CURRENT.set(0L);
        DriverApi.cuDevicePrimaryCtxRelease_v2(device);
        out.close();
    }
}
