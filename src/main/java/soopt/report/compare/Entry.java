package soopt.report.compare;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.results.Course;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Standing;
import soopt.file.CsvTable;

/**
 * A run in a comparison.
 *
 * @param machine what its seconds were measured on
 * @param jump the end of a sentence on a loss that rose beyond measure and came back; empty if it did not
 */
public record Entry(ResultRun run, Fate fate, Curve curve, String machine, Optional<String> jump) {
    /** How a run counts. */
    public enum Fate {
        COUNTED,
        /** Worse than any value where ranks are compared; in no mean. */
        DIVERGED,
        /** It did not come to its end, and does not count. */
        UNFINISHED,
        /** Its metric was never measured. */
        UNMEASURED,
        /** Another run of the same settings and seed counts. */
        REPEATED
    }

    static Entry of(ResultRun run, Question question) {
        Set<String> columns = new HashSet<>(List.of("epoch", "train_loss"));
        columns.addAll(Curve.columns(question.metric()));
        CsvTable metrics = CsvTable.read(run.folder().resolve("metrics.csv"), columns);
        Curve curve = Curve.of(metrics, question.metric());
        Optional<String> jump = run.standing() == Standing.DIVERGED ? Optional.empty() : Course.jump(metrics);
        return new Entry(run, fate(run, curve, question), curve, machine(run), jump);
    }

    private static Fate fate(ResultRun run, Curve curve, Question question) {
        if (run.standing() == Standing.DIVERGED) {
            return Fate.DIVERGED;
        }
        if (!run.standing().isFinal() && !question.unfinished()) {
            return Fate.UNFINISHED;
        }
        return curve.isEmpty() ? Fate.UNMEASURED : Fate.COUNTED;
    }

    private static String machine(ResultRun run) {
        JsonNode meta = RunFolder.open(run.folder()).meta();
        JsonNode device = meta.path("device");
        String name = device.path("name").asText(device.asText("?"));
        return name.startsWith("CPU") ? name + ", " + meta.path("cpu").asText("?") : name;
    }

    Entry with(Fate other) {
        return new Entry(run, other, curve, machine, jump);
    }

    /** Of a run that does not tell its seed it stands alone. */
    String seed() {
        return run.seed().isEmpty() ? run.id() : run.seed();
    }

    boolean counts() {
        return fate == Fate.COUNTED;
    }
}
