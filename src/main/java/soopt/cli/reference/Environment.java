package soopt.cli.reference;

import java.util.List;

/** The variables that the launcher and the program look at. */
final class Environment {
    /** A variable, what it says, and what holds without it. */
    record Variable(String name, String meaning, String otherwise) {}

    static final List<Variable> VARIABLES = List.of(
            new Variable("JAVA_HOME", "the Java of a checkout, or of an archive that brings none", "java on the PATH"),
            new Variable(
                    "SOOPT_CACHE",
                    "where native libraries are unpacked, 445 MiB",
                    "$XDG_CACHE_HOME/soopt, else ~/.cache/soopt"),
            new Variable(
                    "SOOPT_DATASETS",
                    "where data sets lie",
                    "datasets/ of a checkout; of a release ~/.local/share/soopt/datasets"),
            new Variable("SOOPT_JAVA_OPTS", "more flags for Java, e.g. -Xmx8g", "a share of the memory that there is"),
            new Variable("SOOPT_BUILD", "never: start the last build whatever the sources", "auto"),
            new Variable("CUDA_HOME", "where CUDA's libraries are looked for first", "usual folders, Python's wheels"),
            new Variable("CUDA_VISIBLE_DEVICES", "which GPUs there are, and their numbers", "all"),
            new Variable(
                    "OMP_NUM_THREADS, SLURM_CPUS_PER_TASK",
                    "threads, where --threads does not say",
                    "one per physical core that the process may use"),
            new Variable("http_proxy, https_proxy, no_proxy", "how data sets are fetched", "directly"));

    private Environment() {}

    static String page() {
        return Markdown.table(
                List.of("variable", "what it says", "without it"),
                VARIABLES.stream()
                        .map(variable -> List.of(
                                Markdown.code(variable.name()),
                                Markdown.plain(variable.meaning()),
                                Markdown.plain(variable.otherwise())))
                        .toList());
    }
}
