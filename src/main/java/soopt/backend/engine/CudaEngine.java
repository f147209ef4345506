package soopt.backend.engine;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.cuda.CudaBackend;
import soopt.backend.cuda.driver.CudaLibraries;

/**
 * An NVIDIA GPU of compute capability 7.0 or above by our own kernels and cuBLAS, with any CUDA from 11.2 to 13 that
 * the machine has.
 *
 * @param gpu its number among those that this process sees
 */
public record CudaEngine(int gpu) implements Engine {
    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public boolean isGpu() {
        return true;
    }

    @Override
    public boolean loadsNd4j() {
        return false;
    }

    @Override
    public Optional<String> problem() {
        Optional<String> absent = CudaLibraries.driver().problem();
        return absent.isPresent() ? absent : CudaBackend.problem(gpu);
    }

    @Override
    public Backend open(Precision precision, int threads) {
        Backends.requireThreads(threads);
        return CudaBackend.open(precision, gpu);
    }
}
