package soopt.experiment.loop;

/** Seconds spent, by purpose; they go on where a checkpoint left them. */
final class Clocks {
    private static final double NANO = 1e-9;

    private double training;
    private double curvature;
    private double evaluation;
    private double record;
    private double wallBefore;
    private final long start = System.nanoTime();

    /** Adds a step that took so long in all, of which the derivatives of curvature took a part. */
    void addStep(double seconds, double curvatureSeconds) {
        training += Math.max(0, seconds - curvatureSeconds);
        curvature += curvatureSeconds;
    }

    void addEvaluation(double seconds) {
        evaluation += seconds;
    }

    void addRecord(double seconds) {
        record += seconds;
    }

    /** Seconds since a {@link System#nanoTime}. */
    static double since(long nanoTime) {
        return (System.nanoTime() - nanoTime) * NANO;
    }

    /** In steps, without derivatives of curvature. */
    double training() {
        return training;
    }

    /** In derivatives of curvature, for steps. */
    double curvature() {
        return curvature;
    }

    /** In recorded matrices and measured steps. */
    double record() {
        return record;
    }

    /** In evaluations. */
    double evaluation() {
        return evaluation;
    }

    /** Everything since the start of training. */
    double wall() {
        return wallBefore + since(start);
    }

    double[] save() {
        return new double[] {training, curvature, evaluation, wall(), record};
    }

    void restore(double[] saved) {
        training = saved[0];
        curvature = saved[1];
        evaluation = saved[2];
        wallBefore = saved[3];
        record = saved[4];
    }
}
