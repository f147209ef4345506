package soopt.backend.nd4j;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Whether ND4J's CUDA jar is there and what it can drive. The jar's own test overlooks that its library has machine
 * code for compute capabilities 3.7 to 8.6 and no PTX, so that on newer majors the first kernel fails; 8.9 runs the
 * code for 8.6.
 *
 * @param present whether this program was built with the jar; such a build has no CPU engine
 * @param capability compute capability of the first GPU, as "8.0"; empty if there is no GPU
 */
public record CudaBuild(boolean present, Optional<String> capability) {
    private static final double LEAST = 3.7;
    private static final double MOST = 8.9;
    private static final String NEEDED =
            "an NVIDIA GPU of compute capability 3.7 to 8.9, all that ND4J-CUDA 1.0.0-M2.1 has code for";

    /** Of this program on this machine; asks nvidia-smi only if the jar is there. */
    public static CudaBuild find() {
        boolean present = CudaBuild.class
                .getClassLoader()
                .resources("org/nd4j/linalg/jcublas/JCublasBackend.class")
                .findAny()
                .isPresent();
        return new CudaBuild(present, present ? ask() : Optional.empty());
    }

    private static Optional<String> ask() {
        try {
            Process process = new ProcessBuilder("nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader")
                    .redirectErrorStream(true)
                    .start();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            boolean answered = process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
            return answered ? answer.lines().map(String::strip).findFirst() : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Why no GPU can be used and what to do, in the rest of a sentence; empty if one can. */
    public Optional<String> problem() {
        if (!present) {
            return Optional.of("needs the program built by 'mvn -Pcuda clean package', and " + NEEDED
                    + "; on others use device: cpu");
        }
        if (capability.isEmpty()) {
            return Optional.of("found no GPU (nvidia-smi names none); it needs " + NEEDED
                    + "; for the CPU build by 'mvn clean package'");
        }
        if (!isDriven(capability.get())) {
            return Optional.of("cannot drive a GPU of compute capability " + capability.get() + "; it needs " + NEEDED
                    + "; for the CPU build by 'mvn clean package'");
        }
        return Optional.empty();
    }

    private static boolean isDriven(String capability) {
        if (!capability.matches("\\d{1,2}\\.\\d")) {
            return false;
        }
        double number = Double.parseDouble(capability);
        return number >= LEAST && number <= MOST;
    }
}
