package soopt.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.cli.options.DataOptions;
import soopt.cli.options.ExitCode;
import soopt.cli.options.FailureLines;
import soopt.cli.options.Version;
import soopt.cli.terminal.Natives;
import soopt.cli.terminal.Table;
import soopt.data.DatasetCatalog;
import soopt.experiment.DeviceException;
import soopt.experiment.Devices;
import soopt.experiment.file.Device;
import soopt.host.Cpus;
import soopt.host.Host;

/** Looks at what the program needs on this machine. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        header = "Check Java, memory, native libraries and data sets on this machine.",
        description = "The exit code is 5 if the engine cannot compute, else 0.",
        footerHeading = "%nExamples:%n",
        footer = {"  soopt doctor"})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOptions data;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Table table = new Table("", "", "");
        table.row("ok", "soopt", Version.text());
        table.row("ok", "Java", Runtime.version() + ", " + System.getProperty("java.home"));
        boolean vector = Backends.hasVectorModule();
        table.row(
                vector ? "ok" : "slow",
                "vector module",
                vector
                        ? "jdk.incubator.vector"
                        : "absent: portable loops run; use a JDK that has jdk.incubator.vector");
        table.row("ok", "processor", Host.cpu() + ", " + Cpus.threads() + " threads unless --threads says otherwise");
        table.row("ok", "memory", memory());
        Optional<String> problem = engine(table);
        Natives.state(problem.isEmpty()).ifPresent(state -> table.row(state.word(), "native cache", state.text()));
        for (DatasetCatalog.Entry entry :
                DatasetCatalog.list(data.store(spec.commandLine().getErr()))) {
            String where = entry.present() ? entry.folder().toString() : "soopt datasets fetch " + entry.name();
            table.row(entry.present() ? "ok" : "absent", "data set " + entry.name(), where);
        }
        out.print(table.shown(""));
        out.println(problem.map(text -> "the engine does not work: " + text).orElse("ready"));
        out.flush();
        return problem.isPresent() ? ExitCode.DEVICE : ExitCode.OK;
    }

    private static String memory() {
        String limit = System.getProperty("org.bytedeco.javacpp.maxphysicalbytes", "not limited");
        return String.format(
                Locale.ROOT,
                "heap up to %d MiB, process up to %s",
                Runtime.getRuntime().maxMemory() >> 20,
                limit);
    }

    /** Multiplies two small matrices; returns what went wrong. */
    private Optional<String> engine(Table table) {
        long start = System.nanoTime();
        try {
            Natives.prepare(spec.commandLine().getErr());
        } catch (DeviceException e) {
            return Optional.of(e.getMessage());
        }
        try (Backend backend = Devices.open(Device.AUTO, Precision.FLOAT32, 0);
                Tensor a = backend.allocate(2, 2);
                Tensor c = backend.allocate(2, 2)) {
            backend.fromHost(new double[] {1, 2, 3, 4}, 0, a);
            backend.gemm(false, false, 1, a, a, 0, c);
            double[] product = new double[4];
            backend.toHost(c, product, 0);
            boolean right = product[0] == 7 && product[1] == 10 && product[2] == 15 && product[3] == 22;
            double seconds = (System.nanoTime() - start) / 1e9;
            String text =
                    String.format(Locale.ROOT, "%s on %s, ready in %.1f s", backend.name(), backend.device(), seconds);
            table.row(right ? "ok" : "WRONG", "engine", text);
            return right ? Optional.empty() : Optional.of("a product of two matrices is wrong");
        } catch (LinkageError | RuntimeException e) {
            table.row("WRONG", "engine", FailureLines.cause(e));
            return Optional.of(FailureLines.cause(e));
        }
    }
}
