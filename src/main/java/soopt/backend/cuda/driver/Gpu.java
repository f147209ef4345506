package soopt.backend.cuda.driver;

import soopt.backend.cuda.library.CudaLibraries;

/**
 * A GPU as the driver describes it.
 *
 * @param index its number among the GPUs that this process sees (CUDA_VISIBLE_DEVICES)
 * @param major first part of the compute capability
 * @param minor second part of the compute capability
 * @param bytes memory in all
 * @param multiprocessors number of streaming multiprocessors
 * @param driverVersion 1000 · major + 10 · minor of the newest CUDA that the driver serves
 */
public record Gpu(int index, String name, int major, int minor, long bytes, int multiprocessors, int driverVersion) {

    /** As "9.0". */
    public String capability() {
        return major + "." + minor;
    }

    /** The compute capability as one number, 90. */
    int architecture() {
        return 10 * major + minor;
    }

    /** CUDA's numbering of its releases, "12.8" for 12080. */
    public static String version(int number) {
        return CudaLibraries.version(number);
    }
}
