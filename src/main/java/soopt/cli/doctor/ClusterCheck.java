package soopt.cli.doctor;

import java.util.Optional;
import java.util.OptionalInt;
import soopt.file.JsonObject;
import soopt.sweep.slurm.ClusterException;
import soopt.sweep.slurm.SlurmCluster;

/** Whether jobs can be submitted from here. */
final class ClusterCheck {
    private ClusterCheck() {}

    static void of(Findings findings) {
        JsonObject json = new JsonObject();
        Optional<String> version = SlurmCluster.version();
        if (version.isEmpty()) {
            findings.row(Findings.ABSENT, "SLURM", "sbatch is not on the PATH: sweep --slurm works on login nodes");
        } else {
            json.put("version", version.get());
            try {
                OptionalInt most = new SlurmCluster().maxArraySize();
                findings.row(
                        Findings.OK,
                        "SLURM",
                        version.get()
                                + (most.isPresent() ? ", arrays of at most " + (most.getAsInt() - 1) + " tasks" : ""));
                most.ifPresent(size -> json.put("max_array_size", size));
            } catch (ClusterException silent) {
                findings.row(Findings.WRONG, "SLURM", silent.getMessage());
                json.put("problem", silent.getMessage());
            }
        }
        findings.json().put("slurm", json);
    }
}
