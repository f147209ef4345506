package soopt.backend.cuda.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import soopt.backend.cuda.library.CudaException;
import soopt.backend.cuda.library.CudaLibraries;

/**
 * The GPUs that this process sees. Where there is no libcuda, nothing is loaded.
 *
 * @param driverVersion 1000 · major + 10 · minor of the newest CUDA that the driver serves; 0 without a driver
 * @param problem why there is none and what to do, in the rest of a sentence; empty if there is one
 */
public record Gpus(List<Gpu> list, int driverVersion, Optional<String> problem) {
    private static final int NAME_BYTES = 256;
    private static final int MULTIPROCESSORS = 16;
    private static final int MAJOR = 75;
    private static final int MINOR = 76;

    private static Gpus none(int driverVersion, String problem) {
        return new Gpus(List.of(), driverVersion, Optional.of(problem));
    }

    /** Asks the driver. */
    public static Gpus find() {
        Optional<String> absent = CudaLibraries.driver().problem();
        if (absent.isPresent()) {
            return none(0, absent.get());
        }
        int version = 0;
        try {
            Driver driver = Driver.load();
            version = driver.version();
            driver.initialize();
            List<Gpu> gpus = new ArrayList<>();
            int count = driver.getInt("cuDeviceGetCount", DriverApi::cuDeviceGetCount);
            for (int index = 0; index < count; index++) {
                gpus.add(describe(driver, index));
            }
            return gpus.isEmpty()
                    ? none(version, "the driver names no GPU: is CUDA_VISIBLE_DEVICES empty?")
                    : new Gpus(List.copyOf(gpus), version, Optional.empty());
        } catch (CudaException e) {
            return none(version, e.getMessage());
        }
    }

    private static Gpu describe(Driver driver, int index) {
        int device = driver.getInt("cuDeviceGet", out -> DriverApi.cuDeviceGet(out, index));
        return new Gpu(
                index,
                driver.getString(
                        "cuDeviceGetName", NAME_BYTES, out -> DriverApi.cuDeviceGetName(out, NAME_BYTES, device)),
                attribute(driver, MAJOR, device),
                attribute(driver, MINOR, device),
                driver.getLong("cuDeviceTotalMem", out -> DriverApi.cuDeviceTotalMem_v2(out, device)),
                attribute(driver, MULTIPROCESSORS, device),
                driver.version());
    }

    private static int attribute(Driver driver, int which, int device) {
        return driver.getInt("cuDeviceGetAttribute", out -> DriverApi.cuDeviceGetAttribute(out, which, device));
    }
}
