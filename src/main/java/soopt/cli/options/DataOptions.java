package soopt.cli.options;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import soopt.cli.terminal.FetchBar;
import soopt.data.fetch.Store;

/** Where data sets lie, for all commands that read them. */
public final class DataOptions {
    @Option(
            names = "--datasets",
            paramLabel = "DIR",
            description = "folder of the data sets (default: $SOOPT_DATASETS, else datasets/ of the program)")
    private Path folder;

    @Option(names = "--offline", description = "fetch nothing")
    private boolean offline;

    public Store store(PrintWriter err) {
        return new Store(directory(), offline, new FetchBar(err));
    }

    /** The same folder, into which nothing is fetched. */
    public Store offline() {
        return new Store(directory(), true);
    }

    /** The same options for another command. */
    public List<String> words() {
        List<String> words = new ArrayList<>(List.of("--datasets", directory().toString()));
        if (offline) {
            words.add("--offline");
        }
        return words;
    }

    Path directory() {
        if (folder != null) {
            return folder;
        }
        return Optional.ofNullable(System.getenv("SOOPT_DATASETS"))
                .filter(text -> !text.isBlank())
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("soopt.home", ".")).resolve("datasets"));
    }
}
