package soopt.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import soopt.backend.cuda.driver.Dnn;
import soopt.backend.cuda.driver.Gpu;
import soopt.backend.cuda.driver.Gpus;
import soopt.backend.cuda.driver.Solver;
import soopt.backend.cuda.library.CudaLibraries;
import soopt.file.JsonObject;

/** NVIDIA's driver, GPUs and libraries. */
final class GraphicsCheck {
    private GraphicsCheck() {}

    static void of(Findings findings) {
        CudaLibraries.Found driver = CudaLibraries.driver();
        Gpus gpus = Gpus.find();
        String served = driver.path()
                .map(path -> "for CUDA " + Gpu.version(gpus.driverVersion()) + ", " + path)
                .orElse("");
        findings.row(
                gpus.problem().isEmpty() ? Findings.OK : Findings.ABSENT,
                "NVIDIA driver",
                gpus.problem().filter(text -> driver.path().isEmpty()).orElse(served));
        JsonObject of = found(driver);
        if (gpus.driverVersion() > 0) {
            of.put("cuda", Gpu.version(gpus.driverVersion()));
        }
        findings.json().put("driver", of);
        List<JsonObject> list = new ArrayList<>();
        for (Gpu gpu : gpus.list()) {
            findings.row(
                    Findings.OK,
                    "GPU " + gpu.index(),
                    gpu.name() + ", compute capability " + gpu.capability() + ", " + (gpu.bytes() >> 20) + " MiB");
            list.add(new JsonObject()
                    .put("index", gpu.index())
                    .put("name", gpu.name())
                    .put("capability", gpu.capability())
                    .put("memory_bytes", gpu.bytes()));
        }
        findings.json().putObjects("gpus", list);
        libraries(gpus, findings);
    }

    /** Of a toolkit: of no interest where there is no driver. */
    private static void libraries(Gpus gpus, Findings findings) {
        List<JsonObject> list = new ArrayList<>();
        if (gpus.driverVersion() > 0) {
            List<CudaLibraries.Found> libraries = new ArrayList<>(CudaLibraries.toolkit(gpus.driverVersion()));
            libraries.add(solver(gpus.driverVersion()));
            for (CudaLibraries.Found library : libraries) {
                findings.row(
                        library.problem().isEmpty() ? Findings.OK : Findings.ABSENT,
                        library.library(),
                        library.problem()
                                .orElseGet(() -> library.path().orElseThrow().toString()));
                list.add(found(library));
            }
            list.add(dnn(gpus.driverVersion(), findings));
        }
        findings.json().putObjects("cuda_libraries", list);
    }

    /** It is used where it loads, which only a try says. */
    private static CudaLibraries.Found solver(int driverVersion) {
        CudaLibraries.Found found = CudaLibraries.solver(driverVersion);
        boolean hasBlas = CudaLibraries.blas(driverVersion).problem().isEmpty();
        return new CudaLibraries.Found(
                found.library(), found.path(), hasBlas ? Solver.problem(driverVersion) : found.problem());
    }

    /** It is there where it loads, and used where somebody asks for it. */
    private static JsonObject dnn(int driverVersion, Findings findings) {
        Dnn.Finding found = Dnn.find(driverVersion);
        List<String> words = new ArrayList<>();
        found.version().ifPresent(version -> words.add(found.path().orElseThrow() + ", " + version));
        found.problem().ifPresent(words::add);
        findings.row(found.isUsable() ? Findings.OK : Findings.ABSENT, "libcudnn", String.join("; ", words));
        JsonObject of = found(new CudaLibraries.Found("libcudnn", found.path(), found.problem()));
        found.version().ifPresent(version -> of.put("version", version));
        return of;
    }

    private static JsonObject found(CudaLibraries.Found library) {
        JsonObject of = new JsonObject().put("name", library.library());
        library.path().ifPresent(path -> of.put("path", path.toString()));
        library.problem().ifPresent(text -> of.put("problem", text));
        return of;
    }
}
