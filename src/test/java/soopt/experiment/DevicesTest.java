package soopt.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Subject;
import soopt.backend.Tensor;
import soopt.backend.cuda.Standin;
import soopt.backend.engine.Backends;
import soopt.backend.engine.CudaEngine;
import soopt.backend.nd4j.CudaJar;
import soopt.experiment.file.Device;

class DevicesTest {
    @Test
    void processor_isOpened_withTheThreadsAskedFor() {
        assumeFalse(CudaJar.isPresent(), "a build for GPUs has no engine for the processor");
        try (Backend backend = Devices.open(Device.CPU, Precision.FLOAT64, 1)) {
            assertEquals(Precision.FLOAT64, backend.precision());
            assertEquals(1, backend.threads());
            assertEquals("cpu", backend.hardware().kind());
        }
    }

    static Stream<Subject> subjects() {
        return Subject.all();
    }

    /** As OpenBLAS does with its kernels for Cooperlake: one entry is off by one unit of the product. */
    @ParameterizedTest
    @MethodSource("subjects")
    void wrongProducts_areRefused(Subject subject) {
        try (Backend right = subject.open()) {
            Devices.requireRightProducts(right);
            Backend wrong = (Backend) Proxy.newProxyInstance(
                    Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                        Object result = method.invoke(right, arguments);
                        if (method.getName().equals("gemm")) {
                            Tensor product = (Tensor) arguments[6];
                            double[] entries = new double[(int) product.size()];
                            right.toHost(product, entries, 0);
                            entries[entries.length - 1] += 0x1p-12;
                            right.fromHost(entries, 0, product);
                        }
                        return result;
                    });
            String problem = assertThrows(DeviceException.class, () -> Devices.requireRightProducts(wrong))
                    .getMessage();
            assertTrue(problem.startsWith("products of matrices come out wrong on "), problem);
            String remedy = subject.engine().isGpu() ? "use device: cpu" : "set OPENBLAS_CORETYPE=Haswell";
            assertTrue(problem.contains(remedy), problem);
            assertEquals(1, problem.lines().count());
        }
    }

    @Test
    void cudaWithoutADriver_isOneLine_thatSaysWhatToDo() {
        assumeFalse(Backends.hasGpu(), "this machine has a GPU");
        String problem = assertThrows(DeviceException.class, () -> Devices.choose(Device.parse("cuda")))
                .getMessage();
        assertTrue(problem.startsWith("device: cuda cannot be used: "), problem);
        assertTrue(problem.endsWith("or use device: cpu"), problem);
        assertEquals(1, problem.lines().count());
        assertFalse(Devices.loadsNd4j(Device.parse("cuda")), "nothing is unpacked for what cannot run");
    }

    @Test
    void auto_takesTheGpuThatCanBeUsed_andNeedsNothingOfNd4j() {
        try (Standin gpu = Standin.use()) {
            Devices.Choice choice = Devices.choose(Device.AUTO);
            assertEquals(new CudaEngine(0), choice.engine());
            assertEquals(Optional.empty(), choice.note());
            assertFalse(Devices.loadsNd4j(Device.AUTO));
            gpu.set("DEVICES", 2);
            assertEquals(
                    new CudaEngine(1), Devices.choose(Device.parse("cuda:1")).engine());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CAPABILITY, 61, 'compute capability 6.1, but needed is 7.0 or above; ND4J-CUDA needs the program built by'",
        "DRIVER, 10020, 'is newer than the driver, which is for CUDA 10.2: update the driver'",
    })
    void auto_saysWhyAGpuIsNotUsed_andCudaRefuses(String setting, long value, String why) throws IOException {
        assumeFalse(CudaJar.isPresent(), "in a build for GPUs the processor is no way out");
        try (Standin gpu = Standin.use().set(setting, value)) {
            Devices.Choice choice = Devices.choose(Device.AUTO);
            assertFalse(choice.engine().isGpu());
            String note = choice.note().orElseThrow();
            assertTrue(note.startsWith("device: auto takes the processor, as no GPU can be used: "), note);
            assertTrue(note.contains(why), note);
            String refused = assertThrows(DeviceException.class, () -> Devices.choose(Device.parse("cuda")))
                    .getMessage();
            assertTrue(refused.contains(why), refused);
            assertEquals(1, refused.lines().count());
            assertEquals("", gpu.fault());
        }
    }

    @Test
    void gpuOfANumberThatIsNotThere_isNamed() {
        try (Standin gpu = Standin.use().set("DEVICES", 1)) {
            String refused = assertThrows(DeviceException.class, () -> Devices.choose(Device.parse("cuda:3")))
                    .getMessage();
            assertEquals(
                    "device: cuda:3 cannot be used: there is no GPU 3: the driver names 1, numbered from 0;"
                            + " or use device: cpu",
                    refused);
            assertEquals("", gpu.fault());
        }
    }
}
