package soopt.backend.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.backend.cuda.driver.Gpu;
import soopt.backend.cuda.driver.Gpus;
import soopt.backend.nd4j.CudaJar;

/** Which engines there are, and what stands against ND4J's CUDA jar on a machine. */
class EnginesTest {
    private static final Nd4jCudaEngine FIRST = new Nd4jCudaEngine(0);

    private static Gpus gpu(String capability, int driver) {
        String[] parts = capability.split("\\.");
        Gpu gpu = new Gpu(0, "GPU", Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), 1L << 34, 80, driver);
        return new Gpus(List.of(gpu), driver, Optional.empty());
    }

    @Test
    void list_namesEveryKindOnce() {
        Set<Class<?>> listed = Backends.all().stream().map(Engine::getClass).collect(Collectors.toSet());
        assertEquals(Set.of(Engine.class.getPermittedSubclasses()), listed);
        assertEquals(
                Backends.all().size(),
                Backends.all().stream().map(Engine::name).distinct().count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.7", "5.3", "6.0", "6.1", "7.0", "7.5", "8.0", "8.6", "8.9"})
    void gpuThatTheJarHasCodeFor_isUsed(String capability) {
        assertEquals(Optional.empty(), FIRST.problem(gpu(capability, 11060), List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.5", "9.0", "10.0", "12.1"})
    void gpuThatTheJarHasNoCodeFor_isNamed(String capability) {
        String problem = FIRST.problem(gpu(capability, 12080), List.of()).orElseThrow();
        assertTrue(problem.startsWith("cannot drive GPU of compute capability " + capability + "; "), problem);
    }

    @ParameterizedTest
    @CsvSource({"11050, needs a driver for CUDA 11.6", "9020, needs a driver for CUDA 11.6"})
    void driverOlderThanTheJar_isNamed(int driver, String message) {
        String problem = FIRST.problem(gpu("8.0", driver), List.of()).orElseThrow();
        assertTrue(problem.startsWith(message), problem);
        assertTrue(problem.contains(Gpu.version(driver)), problem);
    }

    @Test
    void librariesOfCuda11_thatAreMissing_areNamed_withTheRemedy() {
        String problem = FIRST.problem(gpu("8.0", 12080), CudaJar.LIBRARIES).orElseThrow();
        assertTrue(problem.startsWith("finds no libcudart.so.11.0, libcublas.so.11,"), problem);
        assertTrue(problem.contains("load a module of CUDA 11"), problem);
    }

    @Test
    void secondGpu_isLeftToCudasOwnVariable() {
        Gpus two = new Gpus(
                List.of(
                        gpu("8.0", 12080).list().get(0),
                        gpu("8.0", 12080).list().get(0)),
                12080,
                Optional.empty());
        String problem = new Nd4jCudaEngine(1).problem(two, List.of()).orElseThrow();
        assertTrue(problem.contains("CUDA_VISIBLE_DEVICES=1"), problem);
        assertTrue(new Nd4jCudaEngine(2).problem(two, List.of()).orElseThrow().contains("there is no GPU 2"));
    }
}
