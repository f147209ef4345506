package soopt.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.backend.nd4j.CudaBuild;
import soopt.experiment.file.Device;

class DevicesTest {
    private static final CudaBuild CPU_BUILD = new CudaBuild(false, Optional.empty());

    private static CudaBuild gpu(String capability) {
        return new CudaBuild(true, Optional.of(capability));
    }

    @Test
    void thisBuild_opensTheProcessor_withTheThreadsAskedFor() {
        assertEquals(CPU_BUILD, CudaBuild.find());
        try (Backend backend = Devices.open(Device.AUTO, Precision.FLOAT64, 1)) {
            assertEquals(Precision.FLOAT64, backend.precision());
            assertEquals(1, backend.threads());
        }
    }

    /** As OpenBLAS does with its kernels for Cooperlake: one entry is off by one unit of the product. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void wrongProducts_areRefused(Precision precision) {
        try (Backend right = Backends.cpu(precision, 1);
                Backend portable = Backends.portable(precision, 1)) {
            Devices.requireRightProducts(right);
            Devices.requireRightProducts(portable);
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
            assertTrue(problem.startsWith("products of matrices come out wrong on this processor"), problem);
            assertTrue(problem.contains("set OPENBLAS_CORETYPE=Haswell"), problem);
            assertEquals(1, problem.lines().count());
        }
    }

    @Test
    void cudaWithoutItsBuild_saysHowToBuildIt() {
        String problem = Devices.problem(Device.CUDA, CPU_BUILD).orElseThrow();
        assertTrue(problem.startsWith("device: cuda needs the program built by 'mvn -Pcuda clean package'"), problem);
        assertTrue(problem.contains("3.7 to 8.9") && problem.endsWith("use device: cpu"), problem);
        assertEquals(1, problem.lines().count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.7", "5.3", "7.0", "8.0", "8.6", "8.9"})
    void gpuThatTheJarHasCodeFor_isUsed(String capability) {
        assertEquals(Optional.empty(), Devices.problem(Device.CUDA, gpu(capability)));
        assertEquals(Optional.empty(), Devices.problem(Device.AUTO, gpu(capability)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.5", "9.0", "10.0", "12.1", "[N/A]"})
    void gpuThatTheJarHasNoCodeFor_isNamed(String capability) {
        for (Device device : new Device[] {Device.CUDA, Device.AUTO}) {
            String problem = Devices.problem(device, gpu(capability)).orElseThrow();
            assertTrue(problem.contains("compute capability " + capability + ";"), problem);
        }
    }

    @Test
    void buildForGpus_hasNoProcessorToFallBackTo() {
        CudaBuild none = new CudaBuild(true, Optional.empty());
        assertTrue(Devices.problem(Device.AUTO, none).orElseThrow().contains("found no GPU"));
        assertTrue(Devices.problem(Device.CPU, gpu("8.0")).orElseThrow().contains("'mvn clean package'"));
    }
}
