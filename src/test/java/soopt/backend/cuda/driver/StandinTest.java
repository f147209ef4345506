package soopt.backend.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.backend.cuda.Standin;
import soopt.backend.cuda.driver.Device.HostMemory;
import soopt.backend.cuda.library.CudaException;

/** The stand-in of CUDA's libraries finds the faults that were planted, and does right what is right. */
class StandinTest {
    private static final int DRIVER = 12080;
    /** Of a capture: what this thread may not call. */
    private static final int OF_THREAD = 1;

    private static final int INVALIDATED = 901;

    private Standin standin;
    private Device device;

    @BeforeEach
    void open() {
        standin = Standin.use().set("QUIET", 1);
        device = Device.open(0);
    }

    @AfterEach
    void close() {
        if (standin != null) {
            device.close();
            standin.close();
        }
    }

    private long function(String file, String kernel) throws IOException {
        KernelCompiler compiler = KernelCompiler.load(DRIVER);
        String source = Files.readString(Path.of("src/test/cuda", file));
        return device.load(compiler.compile(file, source, "sm_90", List.of())).function(kernel);
    }

    @ParameterizedTest
    @CsvSource({
        "outOfBounds, 0 bytes past a buffer of 40 at faulty.cu:2",
        "unwritten, 'never written, of a buffer of 40 at faulty.cu:3'",
        "misaligned, misaligned address",
        "divergent, not all threads reach the same barrier: threads 0-39 wait at line 6 (barrier); threads 40-63 ended",
        "race, race on shared memory",
        "unwrittenShared, read of shared memory never written",
        "partialWarp, threads 0-19 wait at line 23 (warp)",
        "sharedOverrun, out of bounds",
        "sharedIndex, index 32 beyond its array at line 34",
        "wrongMask, is read but not in the mask aaaaaaaa",
        "twoBarriers, not all threads reach the same barrier"
    })
    void faultyKernel_isFoundAndNamed(String kernel, String message) throws IOException {
        standin.set("SEED", 0);
        long function = function("faulty.cu", kernel);
        long x = device.allocate(40);
        device.arguments().put(x).put(10);
        device.launch(function, 1, 1, 64, 1);
        CudaException e = assertThrows(CudaException.class, device::synchronize);
        assertTrue(e.getMessage().contains("CUDA_ERROR_"), e.getMessage());
        assertTrue(standin.fault().contains("kernel " + kernel), standin.fault());
        assertTrue(standin.fault().contains(message), standin.fault());
        assertThrows(CudaException.class, () -> device.allocate(4), "a fault stays");
    }

    @Test
    void vectorsAtomicsVotesAndShuffles_areRight() throws IOException {
        long function = function("features.cu", "features");
        int n = 2048;
        HostMemory host = device.allocateHost(4 * Float.BYTES * n);
        IntStream.range(0, 4 * n).forEach(i -> host.bytes().putFloat(Float.BYTES * i, i % 7 - 3));
        long x = device.allocate(4L * Float.BYTES * n);
        long out = device.allocate(16);
        device.upload(host, 0, x, 4L * Float.BYTES * n);
        device.set(out, 0, 4);
        // out: two floats, then a double and an int
        device.arguments().put(x).put(n).put(out).put(out + 8).put(out + 4);
        device.launch(function, 2, 4, 32, 8);
        device.download(out, host, 0, 16);
        assertEquals(-1, host.bytes().getInt(0), "nobody has waited yet");
        device.synchronize();
        assertEquals(n, host.bytes().getFloat(0));
        double sum = IntStream.range(0, 4 * n).map(i -> i % 7 - 3).sum();
        assertEquals(sum, host.bytes().getDouble(8));
        long positive = IntStream.range(0, n)
                .map(i -> IntStream.range(4 * i, 4 * i + 4).map(j -> j % 7 - 3).sum())
                .filter(s -> s > 0)
                .count();
        assertEquals(positive, host.bytes().getInt(4));
    }

    @Test
    void products_areThoseOfPlainLoops() {
        try (Blas blas = Blas.open(device, false)) {
            HostMemory host = device.allocateHost(64);
            long memory = device.allocate(64);
            IntStream.range(0, 8).forEach(i -> host.bytes().putFloat(4 * i, i + 1));
            device.upload(host, 0, memory, 32);
            // column by column: [1 3; 2 4] [5 7; 6 8]ᵀ
            blas.multiplyFloats(false, true, 2, 2, 2, 1, memory, 2, memory + 16, 2, 0, memory + 32, 2);
            device.download(memory + 32, host, 0, 16);
            device.synchronize();
            float[] product = new float[4];
            host.bytes().asFloatBuffer().get(product);
            assertArrayEquals(new float[] {26, 38, 30, 44}, product);
            CudaException refused = assertThrows(
                    CudaException.class,
                    () -> blas.multiplyFloats(false, false, 2, 2, 2, 1, memory, 1, memory + 16, 2, 0, memory + 32, 2));
            assertTrue(refused.getMessage().contains("a value is refused"), refused.getMessage());
            assertEquals("gemm: lda 1 below 2", standin.fault());
        }
    }

    @Test
    void memory_freedTwiceOrUsedAfterwards_isNamed() {
        long x = device.allocate(40);
        device.free(x);
        assertThrows(CudaException.class, () -> device.free(x));
        assertTrue(standin.fault().contains("in a freed buffer of 40 bytes"), standin.fault());
        device.set(x, 0, 10);
        assertThrows(CudaException.class, device::synchronize);
        assertTrue(standin.fault().contains("memset: 40 bytes begin in a freed buffer"), standin.fault());
    }

    @Test
    void numbersReadBack_thatNobodyWrote_areNamed() {
        long x = device.allocate(40);
        device.set(x, 0, 9);
        device.download(x, device.allocateHost(40), 0, 40);
        assertThrows(CudaException.class, device::synchronize);
        assertEquals("copy to host reads byte 36, never written, of a buffer of 40", standin.fault());
    }

    @Test
    void streamThatWasDestroyed_isNamed() {
        Device other = Device.open(0);
        long x = other.allocate(40);
        long stream = other.stream();
        assertEquals(0, DriverApi.cuStreamDestroy_v2(stream));
        assertThrows(CudaException.class, () -> other.set(x, 0, 10));
        assertEquals("cuMemsetD32Async on a stream that does not exist", standin.fault());
        assertEquals(400, DriverApi.cuMemsetD32Async(x, 0, 1, 0));
        assertTrue(standin.fault().contains("on stream 0"), standin.fault());
    }

    @Test
    void allocation_failsWhereATestSaysOrMemoryIsShort() {
        standin.set("OOM", 2);
        device.free(device.allocate(1 << 20));
        CudaException failing = assertThrows(CudaException.class, () -> device.allocate(1 << 20));
        assertTrue(failing.isOutOfMemory());
        assertTrue(failing.getMessage().contains("1 MiB wanted, "), failing.getMessage());
        CudaException large = assertThrows(CudaException.class, () -> device.allocate(2L << 30));
        assertTrue(large.getMessage().contains("2048 MiB wanted, "), large.getMessage());
    }

    @Test
    void launch_failsWhereATestSays() throws IOException {
        long function = function("faulty.cu", "unwritten");
        standin.set("LAUNCH_FAILURE", 1);
        device.arguments().put(device.allocate(40)).put(10);
        device.launch(function, 1, 1, 64, 1);
        CudaException failed = assertThrows(CudaException.class, device::synchronize);
        assertTrue(failed.getMessage().contains("CUDA_ERROR_LAUNCH_FAILED"), failed.getMessage());
    }

    @Test
    void compilation_failsWhereATestSays_andSaysWhatTheSourceLacks() {
        standin.set("COMPILE_FAILURE", 1);
        CudaException failed = assertThrows(CudaException.class, () -> function("features.cu", "features"));
        assertTrue(failed.getMessage().startsWith("NVRTC does not compile features.cu"), failed.getMessage());
        KernelCompiler compiler = KernelCompiler.load(DRIVER);
        String source = "extern \"C\" __global__ void f(float *x) { x[0] = INFINITY; }";
        CudaException unknown =
                assertThrows(CudaException.class, () -> compiler.compile("f.cu", source, "sm_90", List.of()));
        assertTrue(unknown.getMessage().contains("NVRTC does not know INFINITY"), unknown.getMessage());
    }

    @Test
    void lostGpu_answersNoMore() {
        standin.set("LOST", 2);
        device.synchronize();
        assertThrows(CudaException.class, device::synchronize);
        assertThrows(CudaException.class, device::synchronize);
        standin.reset();
        device.synchronize();
    }

    // ---- graphs ----

    private void beginCapture() {
        assertEquals(0, GraphApi.cuStreamBeginCapture_v2(device.stream(), OF_THREAD));
    }

    private int endCapture(Memory out) {
        return GraphApi.cuStreamEndCapture(device.stream(), Pointer.nativeValue(out));
    }

    /** The executable of what was captured. */
    private long graph(Runnable work) {
        try (Memory out = new Memory(Long.BYTES)) {
            beginCapture();
            work.run();
            assertEquals(0, endCapture(out));
            assertEquals(0, GraphApi.cuGraphInstantiateWithFlags(Pointer.nativeValue(out), out.getLong(0), 0));
            return out.getLong(0);
        }
    }

    private void launch(long graph) {
        assertEquals(0, GraphApi.cuGraphLaunch(graph, device.stream()));
    }

    @Test
    void callsThatWaitOrAllocate_endACapture() {
        List<Runnable> calls = List.of(
                device::synchronize, () -> device.allocate(4), () -> device.allocateHost(4), () -> device.free(4));
        try (Memory out = new Memory(Long.BYTES)) {
            for (Runnable call : calls) {
                beginCapture();
                CudaException e = assertThrows(CudaException.class, call::run);
                assertTrue(e.getMessage().contains("CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"), e.getMessage());
                assertEquals(INVALIDATED, endCapture(out));
            }
        }
        device.synchronize();
    }

    @Test
    void captureOfAProduct_needsAWorkspaceOfOurOwn() {
        long memory = device.allocate(64);
        try (Blas blas = Blas.open(device, false);
                Memory out = new Memory(Long.BYTES)) {
            device.set(memory, 0, 16);
            blas.multiplyFloats(false, true, 2, 2, 2, 1, memory, 2, memory + 16, 2, 0, memory + 32, 2);
            long graph = graph(
                    () -> blas.multiplyFloats(false, true, 2, 2, 2, 1, memory, 2, memory + 16, 2, 0, memory + 32, 2));
            launch(graph);
            device.synchronize();
            BlasApi.cublasSetStream_v2(blas.handle(), device.stream());
            beginCapture();
            CudaException e = assertThrows(
                    CudaException.class,
                    () -> blas.multiplyFloats(false, true, 2, 2, 2, 1, memory, 2, memory + 16, 2, 0, memory + 32, 2));
            assertTrue(e.getMessage().contains("execution failed"), e.getMessage());
            assertEquals(INVALIDATED, endCapture(out));
            assertEquals("gemm in a capture with cuBLAS's own workspace", standin.fault());
        }
    }

    @Test
    void graph_readsItsMemoryWhenItRuns_notWhenItWasCaptured() {
        HostMemory host = device.allocateHost(8);
        long x = device.allocate(8);
        long graph = graph(() -> device.upload(host, 0, x, 8));
        HostMemory back = device.allocateHost(8);
        for (long value = 1; value <= 3; value++) {
            host.bytes().putLong(0, value);
            launch(graph);
            device.download(x, back, 0, 8);
            device.synchronize();
            assertEquals(value, back.bytes().getLong(0));
        }
        device.freeHost(host);
        launch(graph);
        assertThrows(CudaException.class, device::synchronize);
        assertEquals("a copy of page-locked memory that was freed before", standin.fault());
    }

    @Test
    void graphOfMemoryThatWasFreed_isNamed() {
        long x = device.allocate(40);
        long graph = graph(() -> device.set(x, 0, 10));
        launch(graph);
        device.free(x);
        launch(graph);
        assertThrows(CudaException.class, device::synchronize);
        assertTrue(standin.fault().contains("memset: 40 bytes begin in a freed buffer"), standin.fault());
    }

    @Test
    void graphOfAKernelThatWasUnloaded_orThatIsGone_isNamed() throws IOException {
        KernelCompiler compiler = KernelCompiler.load(DRIVER);
        String source = Files.readString(Path.of("src/test/cuda/features.cu"));
        Device.Code code = device.load(compiler.compile("features.cu", source, "sm_90", List.of()));
        long function = code.function("features");
        long x = device.allocate(4L * Float.BYTES * 2048 + 16);
        device.set(x, 0, 2048 * 4 + 4);
        long out = x + 4L * Float.BYTES * 2048;
        long graph = graph(() -> {
            device.arguments().put(x).put(2048).put(out).put(out + 8).put(out + 4);
            device.launch(function, 2, 4, 32, 8);
        });
        launch(graph);
        device.synchronize();
        code.unload();
        assertEquals(400, GraphApi.cuGraphLaunch(graph, device.stream()));
        assertEquals("a graph with a kernel whose module was unloaded", standin.fault());
        assertEquals(0, GraphApi.cuGraphExecDestroy(graph));
        assertEquals(400, GraphApi.cuGraphLaunch(graph, device.stream()));
        assertEquals("a graph that does not exist", standin.fault());
    }

    @Test
    void gpus_areThoseThatTheTestNames() {
        standin.set("DEVICES", 2).set("CAPABILITY", 75).set("MEMORY", 1L << 33);
        Gpus gpus = Gpus.find();
        assertEquals(2, gpus.list().size());
        assertEquals("7.5", gpus.list().get(1).capability());
        assertEquals(1L << 33, gpus.list().get(0).bytes());
        standin.set("DEVICES", 0);
        assertTrue(Gpus.find().problem().orElseThrow().startsWith("the driver finds no GPU"));
        standin.set("DEVICES", 1);
    }
}
