package soopt.experiment.loop;

import java.util.EnumSet;
import java.util.Set;
import soopt.curvature.Value;

/** Where a run is, with the sums over the epoch under way. */
public final class Position {
    /**
     * What a step or an epoch leaves to be done before the next step; a run that is stopped in the middle of it still
     * owes it.
     */
    enum Owed {
        EVALUATION,
        MATRICES_OF_STEP,
        MATRICES_OF_EPOCH
    }

    /** Its name in a checkpoint. */
    static final String KEY = "position";

    /** Epochs done. */
    private int epoch;
    /** Steps done of the epoch under way. */
    private int stepInEpoch;
    /** Steps done. */
    private long step;

    private long samples;
    private double lossSum;
    private double correctSum;
    private long epochSamples;
    private double initialLoss = Double.NaN;
    private long initialFingerprint;
    /** Steps whose update was not 0, and those whose gradient was not. */
    private long movingSteps;

    private long slopingSteps;

    private final Set<Owed> owed = EnumSet.noneOf(Owed.class);

    public int epoch() {
        return epoch;
    }

    int stepInEpoch() {
        return stepInEpoch;
    }

    public long step() {
        return step;
    }

    /** Training examples that the steps looked at. */
    long samples() {
        return samples;
    }

    /** Mean over the examples of the epoch so far of the loss before the update that they took part in. */
    double epochLoss() {
        return lossSum / epochSamples;
    }

    /** Fraction of them predicted right then. */
    double epochAccuracy() {
        return correctSum / epochSamples;
    }

    int epochExamples() {
        return Math.toIntExact(epochSamples);
    }

    /** Training loss before the first step. */
    double initialLoss() {
        return initialLoss;
    }

    /** Whether the parameters were evaluated before the first step. */
    boolean hasBegun() {
        return !Double.isNaN(initialLoss);
    }

    /** {@link Fingerprint} of θ before the first step. */
    long initialFingerprint() {
        return initialFingerprint;
    }

    long movingSteps() {
        return movingSteps;
    }

    long slopingSteps() {
        return slopingSteps;
    }

    void startAt(double trainingLoss, long fingerprint) {
        initialLoss = trainingLoss;
        initialFingerprint = fingerprint;
    }

    void owe(Owed work) {
        owed.add(work);
    }

    boolean owes(Owed work) {
        return owed.contains(work);
    }

    void settle(Owed work) {
        owed.remove(work);
    }

    /** @param value of the batch before the update */
    void addStep(Value value, int examples, boolean moved, boolean sloped) {
        slopingSteps += sloped ? 1 : 0;
        movingSteps += moved ? 1 : 0;
        lossSum += value.loss() * examples;
        correctSum += value.correct();
        epochSamples += examples;
        samples += examples;
        step++;
        stepInEpoch++;
    }

    void endEpoch() {
        epoch++;
        stepInEpoch = 0;
        lossSum = 0;
        correctSum = 0;
        epochSamples = 0;
    }

    double[] save() {
        int bits = owed.stream().mapToInt(work -> 1 << work.ordinal()).sum();
        return new double[] {
            epoch,
            stepInEpoch,
            step,
            samples,
            lossSum,
            correctSum,
            epochSamples,
            initialLoss,
            initialFingerprint,
            movingSteps,
            slopingSteps,
            bits
        };
    }

    void restore(double[] saved) {
        epoch = (int) saved[0];
        stepInEpoch = (int) saved[1];
        step = (long) saved[2];
        samples = (long) saved[3];
        lossSum = saved[4];
        correctSum = saved[5];
        epochSamples = (long) saved[6];
        initialLoss = saved[7];
        initialFingerprint = (long) saved[8];
        movingSteps = (long) saved[9];
        slopingSteps = (long) saved[10];
        owed.clear();
        for (Owed work : Owed.values()) {
            if (((int) saved[11] & 1 << work.ordinal()) != 0) {
                owed.add(work);
            }
        }
    }
}
