package soopt.backend.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import soopt.backend.Convolution;
import soopt.backend.Precision;
import soopt.backend.cuda.Standin;
import soopt.backend.cuda.driver.Dnn.Operation;
import soopt.backend.cuda.driver.Dnn.Refusal;
import soopt.backend.cuda.library.CudaException;

/** The stand-in of cuDNN finds what is wrong with a call. */
class DnnStandinTest {
    private static final int OF_THREAD = 1;
    private static final int NHWC = 1;
    private static final Convolution ONE = new Convolution(2, 4, 4, 3, 3, 1, 1, false);
    private static final int BYTES = 4 * 4 * 3 * Float.BYTES;

    private Standin standin;
    private Device device;
    private Dnn dnn;
    private long x;
    private long w;
    private long y;
    private long workspace;
    private long room;

    @BeforeEach
    void open() {
        standin = Standin.use().set("QUIET", 1);
        device = Device.open(0);
        Dnn.find(12080);
        dnn = Dnn.open(device, Precision.FLOAT32);
        room = dnn.room(Operation.OUTPUTS, ONE, 1);
        x = zeros(ONE.inputs());
        w = zeros(ONE.outChannels() * ONE.patch());
        y = zeros(ONE.outputs());
        workspace = device.allocate(room);
    }

    @AfterEach
    void close() {
        if (standin != null) {
            dnn.close();
            device.close();
            standin.close();
        }
    }

    private long zeros(int numbers) {
        long address = device.allocate((long) numbers * Float.BYTES);
        device.set(address, 0, numbers);
        return address;
    }

    private void outputs(long workspace, long bytes, long out) {
        dnn.run(Operation.OUTPUTS, ONE, 1, workspace, bytes, 1, x, w, 0, out);
    }

    private void assertRefused(String why, Runnable call) {
        Refusal refusal = assertThrows(Refusal.class, call::run);
        assertTrue(refusal.getMessage().startsWith("CUDNN_STATUS_BAD_PARAM from cudnnConvolution"), refusal.toString());
        assertTrue(standin.fault().startsWith(why), standin.fault());
    }

    @Test
    void rightCall_isDone() {
        outputs(workspace, room, y);
        device.synchronize();
        assertEquals(1, standin.count("convolutions"));
        assertEquals("", standin.fault());
    }

    @Test
    void callsWithWrongArguments_areRefused() {
        assertRefused("a convolution: a workspace of " + (room - 1), () -> outputs(workspace, room - 1, y));
        assertRefused("a convolution: the result or the workspace overlaps", () -> outputs(workspace, room, x));
        assertRefused("a convolution: the result or the workspace overlaps", () -> outputs(w, room, y));
        assertRefused("a convolution: a misaligned array", () -> outputs(workspace, room, y + 1));
        assertRefused(
                "a gradient in weights: the result or the workspace overlaps",
                () -> dnn.run(Operation.WEIGHT_GRADIENT, ONE, 1, workspace, room, 1, x, y, 0, y));
        assertEquals(0, standin.count("convolutions"));
    }

    /** Ours are asked for by number: another would give other bits every time. */
    @Test
    void descriptorsThatDoNotFit_andOtherAlgorithms_areRefused() {
        try (Memory out = new Memory(Long.BYTES)) {
            long at = Pointer.nativeValue(out);
            assertEquals(0, DnnApi.cudnnCreate(at));
            long handle = out.getLong(0);
            DnnApi.cudnnSetStream(handle, device.stream());
            assertEquals(0, DnnApi.cudnnCreateTensorDescriptor(at));
            long tensor = out.getLong(0);
            assertEquals(0, DnnApi.cudnnCreateFilterDescriptor(at));
            long filter = out.getLong(0);
            assertEquals(0, DnnApi.cudnnCreateConvolutionDescriptor(at));
            long convolution = out.getLong(0);
            assertEquals(2000, DnnApi.cudnnSetTensor4dDescriptor(tensor, NHWC, 0, 1, 0, 4, 4));
            assertEquals(0, DnnApi.cudnnSetTensor4dDescriptor(tensor, NHWC, 0, 1, 2, 4, 4));
            assertEquals(0, DnnApi.cudnnSetFilter4dDescriptor(filter, 0, NHWC, 2, 2, 3, 3));
            assertEquals(0, DnnApi.cudnnSetConvolution2dDescriptor(convolution, 0, 0, 1, 1, 1, 1, 1, 0));
            assertEquals(2000, size(handle, tensor, filter, convolution, 1, at));
            assertEquals("a workspace's size: lengths that do not fit", standin.fault());
            assertEquals(0, DnnApi.cudnnSetConvolution2dDescriptor(convolution, 1, 1, 1, 1, 1, 1, 1, 0));
            assertEquals(0, size(handle, tensor, filter, convolution, 1, at));
            assertEquals(3000, size(handle, tensor, filter, convolution, 0, at));
            assertEquals("a workspace's size: algorithm 0", standin.fault());
            assertEquals(0, DnnApi.cudnnSetConvolution2dDescriptor(convolution, 1, 1, 1, 1, 1, 1, 1, 1));
            assertEquals(2000, size(handle, tensor, filter, convolution, 1, at));
            assertEquals(1001, size(tensor, tensor, filter, convolution, 1, at));
            assertEquals(0, DnnApi.cudnnDestroyFilterDescriptor(filter));
            assertEquals(2000, size(handle, tensor, filter, convolution, 1, at));
            assertEquals(0, DnnApi.cudnnDestroyConvolutionDescriptor(convolution));
            assertEquals(0, DnnApi.cudnnDestroyTensorDescriptor(tensor));
            assertEquals(0, DnnApi.cudnnDestroy(handle));
        }
    }

    /** Images as their own outputs. */
    private static int size(long handle, long tensor, long filter, long convolution, int algorithm, long out) {
        return DnnApi.cudnnGetConvolutionForwardWorkspaceSize(
                handle, tensor, filter, convolution, tensor, algorithm, out);
    }

    @Test
    void callInACapture_endsIt() {
        assertEquals(0, GraphApi.cuStreamBeginCapture_v2(device.stream(), OF_THREAD));
        Refusal e = assertThrows(Refusal.class, () -> outputs(workspace, room, y));
        assertTrue(e.getMessage().contains("EXECUTION_FAILED"), e.getMessage());
        assertEquals("a convolution in a capture", standin.fault());
        try (Memory out = new Memory(Long.BYTES)) {
            assertEquals(901, GraphApi.cuStreamEndCapture(device.stream(), Pointer.nativeValue(out)));
        }
    }

    @Test
    void memoryThatWasNeverWritten_isNamed() {
        long never = device.allocate(BYTES);
        dnn.run(Operation.OUTPUTS, ONE, 1, workspace, room, 1, x, w, 1, never);
        assertThrows(CudaException.class, device::synchronize);
        assertTrue(standin.fault().contains("a convolution"), standin.fault());
    }

    @Test
    void versions_areTheLibrarysNumbers() {
        assertEquals("9.1.0", Dnn.version(90100));
        assertEquals("9.24.0", Dnn.version(92400));
        assertEquals("8.9.7", Dnn.version(8907));
    }
}
