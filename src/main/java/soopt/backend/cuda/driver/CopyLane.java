package soopt.backend.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.function.LongToIntFunction;
import soopt.backend.cuda.driver.Device.HostMemory;

/** A second stream of a device, for copies beside its work. */
public final class CopyLane implements AutoCloseable {
    private static final int NON_BLOCKING = 1;
    /** CU_EVENT_DISABLE_TIMING. */
    private static final int UNTIMED = 2;

    private final Device device;
    private final long stream;
    /** When the memory that copies go to is free. */
    private final long free;
    /** When the copies are done. */
    private final long arrived;

    CopyLane(Device device) {
        this.device = device;
        this.stream = made("cuStreamCreate", out -> DriverApi.cuStreamCreate(out, NON_BLOCKING));
        this.free = made("cuEventCreate", out -> DriverApi.cuEventCreate(out, UNTIMED));
        this.arrived = made("cuEventCreate", out -> DriverApi.cuEventCreate(out, UNTIMED));
        mark();
    }

    private static long made(String call, LongToIntFunction function) {
        try (Memory out = new Memory(Long.BYTES)) {
            Driver.check(call, function.applyAsInt(Pointer.nativeValue(out)));
            return out.getLong(0);
        }
    }

    private void mark() {
        device.makeCurrent();
        Driver.check("cuEventRecord", DriverApi.cuEventRecord(free, device.stream()));
    }

    /** Copies when the work has been done that was asked for before the last {@link #join}, or before this was made. */
    public void upload(HostMemory from, long to, long bytes) {
        device.makeCurrent();
        Driver.check("cuStreamWaitEvent", DriverApi.cuStreamWaitEvent(stream, free, 0));
        Driver.check("cuMemcpyHtoDAsync", DriverApi.cuMemcpyHtoDAsync_v2(to, from.address(), bytes, stream));
        Driver.check("cuEventRecord", DriverApi.cuEventRecord(arrived, stream));
    }

    /** Work that is asked for from now on comes after the copies, and copies from now on after the work so far. */
    public void join() {
        mark();
        Driver.check("cuStreamWaitEvent", DriverApi.cuStreamWaitEvent(device.stream(), arrived, 0));
    }

    /** Waits until the copies have read the host's memory. */
    public void await() {
        device.makeCurrent();
        Driver.check("cuEventSynchronize", DriverApi.cuEventSynchronize(arrived));
    }

    /** What is under way ends first; a device that failed is not asked whether it does. */
    @Override
    public void close() {
        device.makeCurrent();
        DriverApi.cuEventSynchronize(arrived);
        DriverApi.cuStreamDestroy_v2(stream);
        DriverApi.cuEventDestroy_v2(free);
        DriverApi.cuEventDestroy_v2(arrived);
    }
}
