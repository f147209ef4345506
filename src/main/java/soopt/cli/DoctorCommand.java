package soopt.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
import soopt.cli.options.Version;
import soopt.cli.terminal.Natives;
import soopt.cli.terminal.Table;
import soopt.data.DatasetCatalog;
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
        table.row("ok", "processor", Host.cpu() + ", " + Host.physicalCores() + " cores usable");
        table.row("ok", "memory", memory());
        table.row(Natives.cache().filter(Natives::isFilled).isPresent() ? "ok" : "new", "native cache", cache());
        Natives.announce(spec.commandLine().getErr());
        Optional<String> problem = engine(table);
        for (DatasetCatalog.Entry entry :
                DatasetCatalog.list(data.store(spec.commandLine().getErr()))) {
            String where = entry.present() ? entry.folder().toString() : "soopt datasets fetch " + entry.name();
            table.row(entry.present() ? "ok" : "absent", "data set " + entry.name(), where);
        }
        out.print(table.text(""));
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

    private static String cache() {
        Optional<Path> folder = Natives.cache();
        if (folder.isEmpty()) {
            return "the default of JavaCPP; scripts/soopt sets one";
        }
        if (!Natives.isFilled(folder.get())) {
            return folder.get() + ", empty: the first use fills it (540 MB)";
        }
        try (Stream<Path> files = Files.walk(folder.get())) {
            long bytes = files.filter(Files::isRegularFile)
                    .mapToLong(DoctorCommand::size)
                    .sum();
            return String.format(Locale.ROOT, "%s, %d MiB", folder.get(), bytes >> 20);
        } catch (IOException | UncheckedIOException e) {
            return folder.get() + ", not readable";
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Multiplies two small matrices; returns what went wrong. */
    private static Optional<String> engine(Table table) {
        long start = System.nanoTime();
        try (Backend backend = Backends.cpu(Precision.FLOAT32, 1);
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
            table.row("WRONG", "engine", e.toString().lines().findFirst().orElse(""));
            return Optional.of(e.toString().lines().findFirst().orElse(""));
        }
    }
}
