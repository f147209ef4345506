package soopt.backend.engine;

import java.util.List;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Hardware;
import soopt.backend.Precision;
import soopt.backend.cuda.driver.Gpu;
import soopt.backend.cuda.driver.Gpus;
import soopt.backend.cuda.library.CudaLibraries;
import soopt.backend.nd4j.CudaJar;
import soopt.backend.nd4j.Nd4jBackend;

/**
 * An NVIDIA GPU by ND4J's own operations, in a program built with ND4J's CUDA jar.
 *
 * @param gpu its number among those that this process sees; ND4J takes the first
 */
public record Nd4jCudaEngine(int gpu) implements Engine {
    @Override
    public String name() {
        return "nd4j-cuda";
    }

    @Override
    public boolean isGpu() {
        return true;
    }

    @Override
    public boolean loadsNd4j() {
        return true;
    }

    @Override
    public Optional<String> problem() {
        if (!CudaJar.isPresent()) {
            return Optional.of(CudaJar.ABSENT);
        }
        List<String> missing = CudaJar.LIBRARIES.stream()
                .filter(name -> CudaLibraries.ofLoader(name).isEmpty())
                .toList();
        return problem(Gpus.find(), missing);
    }

    /** What stands against it on a machine, in the order in which it is mended. */
    Optional<String> problem(Gpus gpus, List<String> missing) {
        if (gpus.problem().isPresent()) {
            return gpus.problem();
        }
        if (gpu >= gpus.list().size()) {
            return Optional.of("there is no GPU " + gpu + ": the driver names "
                    + gpus.list().size() + ", numbered from 0");
        }
        if (gpu > 0) {
            return Optional.of("takes the first GPU it sees: set CUDA_VISIBLE_DEVICES=" + gpu + " and use cuda");
        }
        Gpu first = gpus.list().get(gpu);
        if (!CudaJar.hasCodeFor(first.major(), first.minor())) {
            return Optional.of("cannot drive " + first.name() + " of compute capability " + first.capability() + "; "
                    + CudaJar.CODE);
        }
        if (gpus.driverVersion() < CudaJar.CUDA) {
            return Optional.of("needs a driver for CUDA " + Gpu.version(CudaJar.CUDA) + ", but this one is for CUDA "
                    + Gpu.version(gpus.driverVersion()) + ": update the driver");
        }
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("finds no " + String.join(", ", missing)
                        + ": load a module of CUDA 11, or name its lib64 in LD_LIBRARY_PATH");
    }

    @Override
    public Backend open(Precision precision, int threads) {
        Backends.requireThreads(threads);
        Gpu first = Gpus.find().list().get(0);
        Hardware hardware = new Hardware(
                "cuda",
                first.name(),
                Optional.of(Gpu.version(first.driverVersion())),
                Optional.of(Gpu.version(CudaJar.CUDA)),
                Optional.empty(),
                Optional.empty(),
                first.bytes());
        return new Nd4jBackend(precision, threads, hardware);
    }
}
