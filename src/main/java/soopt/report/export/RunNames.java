package soopt.report.export;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import soopt.experiment.results.ResultRun;
import soopt.report.read.Configuration;

/** Names of runs that people tell apart and that every file system takes. */
final class RunNames {
    private static final int LONGEST = 120;
    private static final int ID = 8;

    private final Map<ResultRun, Configuration> configurations = new IdentityHashMap<>();

    private RunNames() {}

    /** @param runs of any experiments; names are short within each of them */
    static RunNames of(List<ResultRun> runs) {
        RunNames names = new RunNames();
        Map<String, List<ResultRun>> experiments = new LinkedHashMap<>();
        runs.forEach(run -> experiments
                .computeIfAbsent(run.experiment(), name -> new ArrayList<>())
                .add(run));
        experiments
                .values()
                .forEach(some -> Configuration.of(some)
                        .forEach(each -> each.runs().forEach(run -> names.configurations.put(run, each))));
        return names;
    }

    /** The configuration of a run among those of its experiment. */
    Configuration configuration(ResultRun run) {
        return configurations.get(run);
    }

    /** "step-size 0.3, damping 1.0, seed 2", for people. */
    String words(ResultRun run) {
        String label = configuration(run).label();
        String seed = run.seed().isEmpty() ? "run " + run.id() : "seed " + run.seed();
        return label.equals(run.experiment()) ? seed : label + ", " + seed;
    }

    /** The same as the name of a file, with the beginning of the id: two runs have two names. */
    String file(ResultRun run) {
        String id = run.id().substring(0, Math.min(ID, run.id().length()));
        String words = safe(words(run));
        return words.substring(0, Math.min(LONGEST, words.length())) + "," + safe(id);
    }

    /**
     * A name for files: letters and digits of ASCII and . , _ + - and =, others become _; it begins with a letter, a
     * digit or _.
     */
    static String safe(String text) {
        String name = text.replace(", ", ",").replaceAll("[^A-Za-z0-9.,_+=-]+", "_");
        String cut = name.substring(0, Math.min(200, name.length()));
        return cut.isEmpty() || !Character.isLetterOrDigit(cut.charAt(0)) ? "_" + cut : cut;
    }
}
