package soopt.backend;

import java.util.Optional;
import soopt.host.Host;

/**
 * What a backend computes on.
 *
 * @param kind cpu or cuda
 * @param name as its maker calls it
 * @param driver the newest CUDA that the driver serves, as "12.8"; empty on a CPU
 * @param cuda the CUDA whose libraries compute; empty on a CPU
 * @param solver the library of a GPU's maker that decomposes matrices; empty where the host does
 * @param convolver the library of a GPU's maker that convolves, with its version; empty where soopt's kernels do
 * @param memoryBytes memory in all
 */
public record Hardware(
        String kind,
        String name,
        Optional<String> driver,
        Optional<String> cuda,
        Optional<String> solver,
        Optional<String> convolver,
        long memoryBytes) {
    /** The processor of this machine. */
    public static Hardware processor() {
        return new Hardware(
                "cpu",
                Host.cpu(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Host.memoryBytes());
    }
}
