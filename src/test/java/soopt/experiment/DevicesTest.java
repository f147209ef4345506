package soopt.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
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
