package soopt.backend.nd4j;

import java.util.List;

/**
 * ND4J's CUDA jar, 1.0.0-M2.1: what its native library needs and has machine code for. Its own test overlooks that
 * there is code for compute capabilities 3.7 to 8.6 and no PTX, so that on newer majors the first kernel fails; 8.9
 * runs the code for 8.6.
 */
public final class CudaJar {
    /** The release of CUDA that it was made for, as the driver counts. */
    public static final int CUDA = 11_060;

    /** What the loader must find before the jar's own libraries load. */
    public static final List<String> LIBRARIES = List.of(
            "libcudart.so.11.0", "libcublas.so.11", "libcublasLt.so.11", "libcusolver.so.11", "libcusparse.so.11");

    /** What it has code for, in words. */
    public static final String CODE =
            "ND4J-CUDA 1.0.0-M2.1 has code for compute capabilities 3.7, 5.x, 6.x, 7.x and" + " 8.x alone";

    /** Why the jar cannot be used, in the rest of a sentence. */
    public static final String ABSENT = "needs the program built by 'mvn -Pcuda clean package'; " + CODE;

    /** Why a program with the jar cannot compute on the processor, in the rest of a sentence. */
    public static final String NO_PROCESSOR = "needs the program built by 'mvn clean package'; in this one, built with"
            + " -Pcuda, ND4J computes on a GPU";

    private static final int OLDEST_MAJOR = 3;
    private static final int OLDEST_MINOR = 7;
    private static final int NO_CODE = 4;
    private static final int NEWEST_MAJOR = 8;

    private CudaJar() {}

    /** Whether this program was built with it; such a build has no CPU engine. */
    public static boolean isPresent() {
        return CudaJar.class
                .getClassLoader()
                .resources("org/nd4j/linalg/jcublas/JCublasBackend.class")
                .findAny()
                .isPresent();
    }

    /** Code runs on GPUs of its own major whose minor is not below its own. */
    public static boolean hasCodeFor(int major, int minor) {
        return major == OLDEST_MAJOR
                ? minor >= OLDEST_MINOR
                : major > OLDEST_MAJOR && major != NO_CODE && major <= NEWEST_MAJOR;
    }
}
