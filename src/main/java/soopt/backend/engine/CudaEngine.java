package soopt.backend.engine;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.cuda.CudaBackend;
import soopt.backend.cuda.driver.Gpus;
import soopt.backend.cuda.library.CudaLibraries;

/**
 * An NVIDIA GPU of compute capability 7.0 or above by our own kernels and cuBLAS, with any CUDA from 11.2 to 13 that
 * the machine has.
 *
 * @param gpu its number among those that this process sees
 */
public record CudaEngine(int gpu) implements Engine {
    /** First part of the least compute capability. */
    private static final int FIRST_WITH_TF32 = 8;

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

    /** Below 8.0 cuBLAS would compute in float32 without a word. */
    @Override
    public Optional<String> refuses(Precision precision) {
        Gpus gpus = Gpus.find();
        boolean has = gpu < gpus.list().size() && gpus.list().get(gpu).major() >= FIRST_WITH_TF32;
        return precision != Precision.TF32 || has
                ? Optional.empty()
                : Optional.of("precision: tf32 needs compute capability 8.0 or above; use precision: float32");
    }

    @Override
    public Backend open(Precision precision, int threads) {
        Backends.requireThreads(threads);
        return CudaBackend.open(precision, gpu);
    }
}
