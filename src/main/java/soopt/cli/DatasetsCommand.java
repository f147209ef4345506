package soopt.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import soopt.cli.options.DataOptions;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Usage;
import soopt.data.DatasetCatalog;
import soopt.file.JsonObject;

/** Gets data sets onto this machine and tests them. */
@Command(
        name = "datasets",
        mixinStandardHelpOptions = true,
        header = "List, fetch, verify or import data sets.",
        subcommands = {
            DatasetsCommand.ListAll.class,
            DatasetsCommand.Fetch.class,
            DatasetsCommand.Verify.class,
            DatasetsCommand.Import.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt datasets list",
            "  soopt datasets fetch mnist",
            "  soopt datasets verify",
            "  soopt datasets import mnist ~/Downloads"
        })
final class DatasetsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Usage.print(spec.commandLine(), spec.commandLine().getErr());
        return ExitCode.USAGE;
    }

    /** datasets list. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            header = "List the data sets, where they lie and under which licence they come.",
            footerHeading = "%nExamples:%n",
            footer = {"  soopt datasets list"})
    static final class ListAll implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private DataOptions data;

        @Option(names = "--json", description = "print JSON on stdout")
        private boolean json;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            List<DatasetCatalog.Entry> entries =
                    DatasetCatalog.list(data.store(spec.commandLine().getErr()));
            out.print(json ? asJson(entries) : asText(entries));
            out.flush();
            return ExitCode.OK;
        }

        private static String asText(List<DatasetCatalog.Entry> entries) {
            Table table = new Table("name", "here", "size", "description", "licence");
            for (DatasetCatalog.Entry entry : entries) {
                table.row(
                        entry.name(),
                        entry.present() ? "yes" : "no",
                        megabytes(entry.bytes()),
                        entry.description(),
                        entry.licence());
            }
            return table.shown("");
        }

        private static String asJson(List<DatasetCatalog.Entry> entries) {
            List<JsonObject> objects = entries.stream()
                    .map(entry -> new JsonObject()
                            .put("name", entry.name())
                            .put("description", entry.description())
                            .put("licence", entry.licence())
                            .put("citation", entry.citation())
                            .put("bytes", entry.bytes())
                            .put("folder", entry.folder().toString())
                            .put("present", entry.present()))
                    .toList();
            return new JsonObject().putObjects("datasets", objects).pretty();
        }
    }

    /** datasets fetch. */
    @Command(
            name = "fetch",
            mixinStandardHelpOptions = true,
            header = "Download data sets; files that are here and right are left alone.",
            footerHeading = "%nExamples:%n",
            footer = {"  soopt datasets fetch mnist fashion-mnist"})
    static final class Fetch implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private DataOptions data;

        @Parameters(arity = "1..*", paramLabel = "NAME", description = "data sets, as 'soopt datasets list' names them")
        private List<String> names = List.of();

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            for (String name : names) {
                List<String> fetched =
                        DatasetCatalog.fetch(name, data.store(spec.commandLine().getErr()));
                out.println(name + ": " + (fetched.isEmpty() ? "complete" : "fetched " + String.join(", ", fetched)));
            }
            return ExitCode.OK;
        }
    }

    /** datasets verify. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            header = "Test every file by length and SHA-256; the exit code is 4 if one is missing or damaged.",
            footerHeading = "%nExamples:%n",
            footer = {"  soopt datasets verify", "  soopt datasets verify mnist"})
    static final class Verify implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private DataOptions data;

        @Parameters(arity = "0..*", paramLabel = "NAME", description = "data sets; all that are here without it")
        private List<String> names = List.of();

        @Override
        public Integer call() {
            var store = data.store(spec.commandLine().getErr());
            List<String> wanted = names.isEmpty()
                    ? DatasetCatalog.list(store).stream()
                            .filter(DatasetCatalog.Entry::present)
                            .map(DatasetCatalog.Entry::name)
                            .toList()
                    : names;
            Table table = new Table("data set", "file", "state", "");
            boolean right = true;
            for (String name : wanted) {
                for (DatasetCatalog.FileCheck check : DatasetCatalog.verify(name, store)) {
                    right &= check.state() == DatasetCatalog.State.OK;
                    String state = check.state().name().toLowerCase(Locale.ROOT);
                    table.row(name, check.path(), state, check.detail());
                }
            }
            PrintWriter out = spec.commandLine().getOut();
            out.print(table.isEmpty() ? "no data set is here" + System.lineSeparator() : table.shown(""));
            out.flush();
            return right ? ExitCode.OK : ExitCode.DATASET;
        }
    }

    /** datasets import. */
    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            header =
                    "Take the files of a data set from a folder or archive of yours, after the test of their checksums.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  soopt datasets import mnist ~/Downloads",
                "  soopt datasets import cifar10 ~/Downloads/cifar-10-python.tar.gz"
            })
    static final class Import implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private DataOptions data;

        @Parameters(index = "0", paramLabel = "NAME", description = "the data set")
        private String name;

        @Parameters(
                index = "1",
                paramLabel = "FOLDER",
                description =
                        "where its files lie, plain or .gz, also torchvision's root or a .tar.gz; CIFAR-10 also as pickles")
        private Path folder;

        @Override
        public Integer call() {
            DatasetCatalog.importFrom(
                    name, folder, data.store(spec.commandLine().getErr()));
            spec.commandLine().getOut().println(name + ": imported");
            return ExitCode.OK;
        }
    }

    static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
