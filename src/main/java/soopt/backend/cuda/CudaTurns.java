package soopt.backend.cuda;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.Turns;
import soopt.backend.cuda.driver.CopyLane;
import soopt.backend.cuda.driver.Device;

/** Two tensors on a device, filled through page-locked memory of their own by a stream of their own. */
final class CudaTurns implements Turns {
    private final Device device;
    private final Precision precision;
    private final Device.HostMemory staging;
    private final CopyLane lane;
    private Tensor current;
    private Tensor other;

    CudaTurns(Device device, CudaMemory memory, Precision precision, int... shape) {
        this.device = device;
        this.precision = precision;
        this.current = memory.allocate(shape);
        this.other = memory.allocate(shape);
        this.staging = device.allocateHost(Math.toIntExact(current.size() * precision.bytes()));
        this.lane = device.copyLane();
    }

    @Override
    public Tensor current() {
        return current;
    }

    @Override
    public void fillOther(float[] numbers, int count) {
        lane.await();
        if (precision.isSingle()) {
            staging.bytes().asFloatBuffer().put(numbers, 0, count);
        } else {
            DoubleBuffer doubles = staging.bytes().asDoubleBuffer();
            for (int i = 0; i < count; i++) {
                doubles.put(i, numbers[i]);
            }
        }
        copy(count);
    }

    @Override
    public void fillOther(double[] numbers, int count) {
        lane.await();
        if (precision.isSingle()) {
            FloatBuffer floats = staging.bytes().asFloatBuffer();
            for (int i = 0; i < count; i++) {
                floats.put(i, (float) numbers[i]);
            }
        } else {
            staging.bytes().asDoubleBuffer().put(numbers, 0, count);
        }
        copy(count);
    }

    private void copy(int count) {
        lane.upload(staging, CudaMemory.address(other), (long) count * precision.bytes());
    }

    @Override
    public void turn() {
        lane.join();
        Tensor before = current;
        current = other;
        other = before;
    }

    @Override
    public void close() {
        lane.close();
        device.freeHost(staging);
        current.close();
        other.close();
    }
}
