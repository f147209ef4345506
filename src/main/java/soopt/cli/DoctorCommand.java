package soopt.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.backend.cuda.driver.CudaLibraries;
import soopt.backend.cuda.driver.Gpu;
import soopt.backend.cuda.driver.Gpus;
import soopt.backend.engine.Backends;
import soopt.backend.engine.Engine;
import soopt.cli.options.DataOptions;
import soopt.cli.options.ExitCode;
import soopt.cli.options.Version;
import soopt.cli.terminal.Natives;
import soopt.cli.terminal.Table;
import soopt.data.DatasetCatalog;
import soopt.experiment.DeviceException;
import soopt.experiment.Devices;
import soopt.experiment.file.Device;
import soopt.file.JsonObject;
import soopt.host.Cpus;
import soopt.host.Host;

/** Looks at what the program needs on this machine. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        header = "Check Java, memory, engines, GPUs, native libraries and data sets on this machine.",
        description = {
            "Every engine that can be used here multiplies two matrices; of the others it is said what they lack.",
            "The exit code is 5 if the engine of device: auto cannot compute, else 0."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  soopt doctor", "  soopt doctor --json"})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOptions data;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    private final Table table = new Table("", "", "");
    private final JsonObject object = new JsonObject();

    @Override
    public Integer call() {
        machine();
        graphics();
        Optional<String> problem = engines();
        Natives.state(problem.isEmpty()).ifPresent(state -> {
            table.row(state.word(), "native cache", state.text());
            object.put("native_cache", state.text());
        });
        datasets();
        object.put("ready", problem.isEmpty());
        problem.ifPresent(text -> object.put("problem", text));
        PrintWriter out = spec.commandLine().getOut();
        out.print(
                json
                        ? object.pretty()
                        : table.shown("")
                                + problem.map(text -> "the engine does not work: " + text)
                                        .orElse("ready")
                                + System.lineSeparator());
        out.flush();
        return problem.isPresent() ? ExitCode.DEVICE : ExitCode.OK;
    }

    private void machine() {
        boolean vector = Backends.hasVectorModule();
        table.row("ok", "soopt", Version.text());
        table.row("ok", "Java", Runtime.version() + ", " + System.getProperty("java.home"));
        table.row(
                vector ? "ok" : "slow",
                "vector module",
                vector
                        ? "jdk.incubator.vector"
                        : "absent: portable loops run; use a JDK that has jdk.incubator.vector");
        table.row("ok", "processor", Host.cpu() + ", " + Cpus.threads() + " threads unless --threads says otherwise");
        table.row("ok", "memory", memory());
        object.put("soopt", Version.text())
                .put("java", Runtime.version().toString())
                .put("java_home", System.getProperty("java.home"))
                .put("vector_module", vector)
                .put("cpu", Host.cpu())
                .put("threads", Cpus.threads())
                .put("heap_bytes", Runtime.getRuntime().maxMemory())
                .put("memory_bytes", Host.memoryBytes());
    }

    private static String memory() {
        String limit = System.getProperty("org.bytedeco.javacpp.maxphysicalbytes", "not limited");
        return String.format(
                Locale.ROOT,
                "heap up to %d MiB, process up to %s",
                Runtime.getRuntime().maxMemory() >> 20,
                limit);
    }

    // ---- GPUs ----

    private void graphics() {
        CudaLibraries.Found driver = CudaLibraries.driver();
        Gpus gpus = Gpus.find();
        String served = driver.path()
                .map(path -> "for CUDA " + Gpu.version(gpus.driverVersion()) + ", " + path)
                .orElse("");
        table.row(
                gpus.problem().isEmpty() ? "ok" : "absent",
                "NVIDIA driver",
                gpus.problem().filter(text -> driver.path().isEmpty()).orElse(served));
        JsonObject of = found(driver);
        if (gpus.driverVersion() > 0) {
            of.put("cuda", Gpu.version(gpus.driverVersion()));
        }
        object.put("driver", of);
        List<JsonObject> list = new ArrayList<>();
        for (Gpu gpu : gpus.list()) {
            table.row(
                    "ok",
                    "GPU " + gpu.index(),
                    gpu.name() + ", compute capability " + gpu.capability() + ", " + (gpu.bytes() >> 20) + " MiB");
            list.add(new JsonObject()
                    .put("index", gpu.index())
                    .put("name", gpu.name())
                    .put("capability", gpu.capability())
                    .put("memory_bytes", gpu.bytes()));
        }
        object.putObjects("gpus", list);
        libraries(gpus);
    }

    /** Of a toolkit: of no interest where there is no driver. */
    private void libraries(Gpus gpus) {
        List<JsonObject> list = new ArrayList<>();
        if (gpus.driverVersion() > 0) {
            for (CudaLibraries.Found library : CudaLibraries.toolkit(gpus.driverVersion())) {
                table.row(
                        library.problem().isEmpty() ? "ok" : "absent",
                        library.library(),
                        library.problem()
                                .orElseGet(() -> library.path().orElseThrow().toString()));
                list.add(found(library));
            }
        }
        object.putObjects("cuda_libraries", list);
    }

    private static JsonObject found(CudaLibraries.Found library) {
        JsonObject of = new JsonObject().put("name", library.library());
        library.path().ifPresent(path -> of.put("path", path.toString()));
        library.problem().ifPresent(text -> of.put("problem", text));
        return of;
    }

    // ---- engines ----

    /** Tries each; returns what is wrong with the one that device: auto takes. */
    private Optional<String> engines() {
        Optional<String> auto = auto();
        List<Trial> trials = Backends.all().stream().map(Trial::of).toList();
        trials.forEach(
                trial -> table.row(trial.state(), "engine " + trial.engine().name(), trial.text()));
        object.putObjects("engines", trials.stream().map(Trial::json).toList());
        if (auto.isPresent()) {
            return auto;
        }
        Engine chosen = Devices.choose(Device.AUTO).engine();
        table.row("", "device: auto", "engine " + chosen.name());
        object.put("auto", chosen.name());
        return trials.stream()
                .filter(trial -> trial.engine().equals(chosen))
                .findFirst()
                .flatMap(Trial::problem);
    }

    /** Why device: auto cannot be used. */
    private Optional<String> auto() {
        try {
            Devices.choose(Device.AUTO);
            Natives.prepare(spec.commandLine().getErr(), List.of(Device.CPU));
            return Optional.empty();
        } catch (DeviceException e) {
            return Optional.of(e.getMessage());
        }
    }

    private void datasets() {
        List<JsonObject> list = new ArrayList<>();
        for (DatasetCatalog.Entry entry :
                DatasetCatalog.list(data.store(spec.commandLine().getErr()))) {
            String where = entry.present() ? entry.folder().toString() : "soopt datasets fetch " + entry.name();
            table.row(entry.present() ? "ok" : "absent", "data set " + entry.name(), where);
            list.add(new JsonObject()
                    .put("name", entry.name())
                    .put("present", entry.present())
                    .put("folder", entry.folder().toString()));
        }
        object.putObjects("datasets", list);
    }
}
