package soopt.backend.engine;

import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Precision;

/** A way to compute. Asking whether it can be used here loads nothing of ND4J. */
public sealed interface Engine permits CpuEngine, PortableEngine, CudaEngine, Nd4jCudaEngine {
    /** One word. */
    String name();

    /** Whether it computes on a GPU. */
    boolean isGpu();

    /** Whether it loads ND4J's native libraries. */
    boolean loadsNd4j();

    /** Why it cannot be used on this machine and what to do, in the rest of a sentence; empty if it can. */
    Optional<String> problem();

    /** Why it does not compute in a precision and what to do; empty if it does. */
    default Optional<String> refuses(Precision precision) {
        return precision == Precision.TF32
                ? Optional.of("precision: tf32 is arithmetic of NVIDIA GPUs of compute capability 8.0 or above, and"
                        + " engine " + name() + " has none; use precision: float32, or device: cuda")
                : Optional.empty();
    }

    /**
     * The backend; the caller closes it.
     *
     * @param threads of the CPU, from 1 to 1024
     */
    Backend open(Precision precision, int threads);
}
