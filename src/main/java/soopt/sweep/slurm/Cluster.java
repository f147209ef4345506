package soopt.sweep.slurm;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** What is asked of SLURM; a test has another. */
public interface Cluster {
    /**
     * Submits a batch script.
     *
     * @param dependency of which jobs' end the job waits for, whatever it is; empty for none
     * @return its number
     * @throws ClusterException if SLURM refuses
     */
    long submit(Path script, List<Long> dependency);

    /**
     * A task of an array job.
     *
     * @param index its number in the array
     */
    record Task(long job, int index) {}

    /**
     * Those tasks of these jobs that wait or run.
     *
     * @throws ClusterException if SLURM does not answer
     */
    Set<Task> alive(List<Long> jobs);

    /** The greatest number of tasks of an array; empty if SLURM does not say. */
    OptionalInt maxArraySize();

    /**
     * Puts a task that runs back to the queue, which ends it.
     *
     * @param task its number as SLURM writes it, e.g. 123_4
     */
    void requeue(String task);
}
