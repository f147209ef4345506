package soopt.experiment.file;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import soopt.file.Shown;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Inline;

/**
 * The runs that {@code soopt sweep} makes of one file; no other command reads it and it is no part of a run's identity.
 *
 * @param shared holds for every block: its combinations with each of theirs
 */
public record Sweep(
        @Inline SweepBlock shared,

        @Default("[]") @Doc("blocks of combinations, one after the other; what stands beside holds for each")
        List<SweepBlock> blocks,

        @Default("{}")
        @Doc("tune: seeds to search with; final: seeds to measure with what was found best; else the seeds of the file")
        Map<String, List<Long>> seeds,

        @Default("{}") @Doc("what soopt sweep --slurm asks of the cluster")
        Slurm slurm) {
    /** Seeds to search with. */
    public static final String TUNE = "tune";
    /** Seeds to measure with. */
    public static final String FINAL = "final";

    public Sweep {
        Constraints.check(Sweep.class, shared, blocks, seeds, slurm);
        new TreeMap<>(seeds).forEach((name, values) -> {
            if (!name.equals(TUNE) && !name.equals(FINAL)) {
                throw new IllegalArgumentException("seeds must be of tune and final, but has " + Shown.quoted(name));
            }
            if (values.isEmpty() || new HashSet<>(values).size() < values.size()) {
                throw new IllegalArgumentException("seeds." + name + " must be different numbers, at least one");
            }
        });
    }
}
