package soopt.cli.sweep;

import java.util.Map;
import java.util.Optional;
import soopt.sweep.slurm.Cluster;
import soopt.sweep.slurm.ClusterException;

/**
 * Puts the task back to the queue that SLURM warned of its time limit. Only USR1, which nothing but {@code --signal}
 * sends, does so: TERM comes with scancel too, and after a preemption SLURM queues again by itself.
 *
 * @param environment of the process
 * @param most how often a task goes back
 */
record Requeue(Cluster cluster, Map<String, String> environment, int most) {
    /**
     * Call it when everything is saved: it ends the task.
     *
     * @param signal that stopped the runs, if one did
     * @return what became of it, for the log; empty if there was nothing to do
     */
    Optional<String> after(Optional<String> signal) {
        Optional<String> task = task();
        if (most == 0 || task.isEmpty() || !signal.equals(Optional.of("USR1"))) {
            return Optional.empty();
        }
        int restarts = number("SLURM_RESTART_COUNT");
        if (restarts >= most) {
            return Optional.of("task " + task.get() + " was queued again " + restarts
                    + " times and is not any more; the same soopt sweep --slurm goes on with it");
        }
        try {
            cluster.requeue(task.get());
            return Optional.of("task " + task.get() + " is queued again");
        } catch (ClusterException refused) {
            return Optional.of("task " + task.get() + " is not queued again: " + refused.getMessage());
        }
    }

    /** Never the number of the array job alone: that would queue all its tasks again. */
    private Optional<String> task() {
        String array = environment.getOrDefault("SLURM_ARRAY_JOB_ID", "");
        String index = environment.getOrDefault("SLURM_ARRAY_TASK_ID", "");
        return array.isBlank() || index.isBlank() ? Optional.empty() : Optional.of(array + "_" + index);
    }

    private int number(String name) {
        String text = environment.getOrDefault(name, "");
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
    }
}
