package soopt.sweep.slurm;

import soopt.experiment.DeviceException;

/** SLURM refuses or does not answer; the message says what was asked and what it said. */
public final class ClusterException extends DeviceException {
    private static final long serialVersionUID = 1L;

    public ClusterException(String message) {
        super(message);
    }
}
