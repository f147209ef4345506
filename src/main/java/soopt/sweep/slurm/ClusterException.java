package soopt.sweep.slurm;

/** SLURM refuses or does not answer; the message says what was asked and what it said. */
public final class ClusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ClusterException(String message) {
        super(message);
    }
}
