package soopt.backend.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import soopt.backend.cuda.Standin;
import soopt.backend.cuda.driver.Device.HostMemory;
import soopt.backend.cuda.library.CudaException;
import soopt.backend.cuda.library.CudaLibraries;

/** The stand-in of cuSOLVER finds what is wrong with a call, and does right what is right. */
class SolverStandinTest {
    private static final int OF_THREAD = 1;
    private static final int UPPER = 1;
    private static final int ROOM = 64;

    private Standin standin;
    private Device device;
    private Solver solver;
    private long handle;
    private long a;
    private long w;
    private long work;
    private long info;

    @BeforeEach
    void open() {
        standin = Standin.use().set("QUIET", 1);
        device = Device.open(0);
        Blas.open(device, false).close();
        work = device.allocate(ROOM * Double.BYTES);
        solver = Solver.open(device, CudaLibraries.solver(12080).path().orElseThrow(), (numbers, call) -> call.at(work))
                .orElseThrow();
        try (Memory out = new Memory(Long.BYTES)) {
            assertEquals(0, SolverApi.cusolverDnCreate(Pointer.nativeValue(out)));
            handle = out.getLong(0);
        }
        SolverApi.cusolverDnSetStream(handle, device.stream());
        a = device.allocate(4 * Double.BYTES);
        w = device.allocate(2 * Double.BYTES);
        info = device.allocate(4);
        put(2, 1, 1, 2);
    }

    @AfterEach
    void close() {
        if (standin != null) {
            SolverApi.cusolverDnDestroy(handle);
            solver.close();
            device.close();
            standin.close();
        }
    }

    private void put(double... matrix) {
        HostMemory host = device.allocateHost(4 * Double.BYTES);
        host.bytes().asDoubleBuffer().put(matrix);
        device.upload(host, 0, a, 4L * Double.BYTES);
        device.synchronize();
        device.freeHost(host);
    }

    private ByteBuffer read(long address, int bytes) {
        HostMemory host = device.allocateHost(bytes);
        device.download(address, host, 0, bytes);
        device.synchronize();
        return host.bytes();
    }

    private int eigen(int n, int lda, long workspace, int numbers) {
        return SolverApi.cusolverDnDsyevd(handle, 1, UPPER, n, a, lda, w, workspace, numbers, info);
    }

    @Test
    void rightCall_findsTheEigenvectors() {
        assertEquals(0, eigen(2, 2, work, ROOM));
        ByteBuffer values = read(w, 16);
        assertEquals(1, values.getDouble(0), 1e-15);
        assertEquals(3, values.getDouble(8), 1e-15);
        ByteBuffer vectors = read(a, 32);
        assertEquals(-vectors.getDouble(0), vectors.getDouble(8), 1e-15);
        assertEquals(0, read(info, 4).getInt(0));
        assertEquals("", standin.fault());
    }

    @Test
    void callsWithWrongArguments_areRefused() {
        assertEquals(3, eigen(2, 2, work, 3));
        assertTrue(standin.fault().startsWith("syevd: lwork 3 below"), standin.fault());
        assertEquals(3, eigen(2, 1, work, ROOM));
        assertEquals("syevd: lda 1 below 2", standin.fault());
        assertEquals(3, eigen(-1, 2, work, ROOM));
        assertEquals("syevd: n -1", standin.fault());
        assertEquals(3, eigen(2, 2, a, ROOM));
        assertEquals("syevd: the workspace overlaps the matrix", standin.fault());
        assertEquals(3, SolverApi.cusolverDnDpotrf(handle, UPPER, 2, a, 2, work, ROOM, 0));
        assertEquals("potrf: info", standin.fault());
        assertEquals(3, SolverApi.cusolverDnDpotrf(handle, 7, 2, a, 2, work, ROOM, info));
        assertEquals("potrf: triangle 7", standin.fault());
        assertEquals(1, SolverApi.cusolverDnDpotrf(a, UPPER, 2, a, 2, work, ROOM, info));
        device.synchronize();
    }

    @Test
    void streamThatWasNeverSet_isRefused() {
        SolverApi.cusolverDnSetStream(handle, 0);
        assertEquals(6, eigen(2, 2, work, ROOM));
        assertTrue(standin.fault().contains("stream"), standin.fault());
    }

    @Test
    void callInACapture_endsIt() {
        assertEquals(0, GraphApi.cuStreamBeginCapture_v2(device.stream(), OF_THREAD));
        CudaException e = assertThrows(CudaException.class, () -> solver.cholesky(2, a, info));
        assertTrue(e.getMessage().contains("execution failed"), e.getMessage());
        assertEquals("potrf in a capture", standin.fault());
        try (Memory out = new Memory(Long.BYTES)) {
            assertEquals(901, GraphApi.cuStreamEndCapture(device.stream(), Pointer.nativeValue(out)));
        }
    }

    @Test
    void memoryThatWasFreed_isNamed() {
        device.free(a);
        solver.eigen(2, a, w, info);
        assertThrows(CudaException.class, device::synchronize);
        assertTrue(standin.fault().contains("in a freed buffer"), standin.fault());
    }

    @Test
    void matrixThatIsNotFinite_isAFault() {
        put(1, Double.NaN, Double.NaN, 1);
        solver.eigen(2, a, w, info);
        assertThrows(CudaException.class, device::synchronize);
        assertEquals("syevd of a matrix that is not finite, at [0, 1]", standin.fault());
    }

    @Test
    void matrixThatIsNotDefinite_tellsWhere() {
        put(1, 2, 2, 1);
        solver.cholesky(2, a, info);
        assertEquals(2, read(info, 4).getInt(0));
        assertEquals("", standin.fault());
    }
}
