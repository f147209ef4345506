package soopt.experiment.loop;

/** Where a run is, with the sums over the epoch under way. */
public final class Position {
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

    /** Training loss before the first step. */
    double initialLoss() {
        return initialLoss;
    }

    void startAt(double trainingLoss) {
        initialLoss = trainingLoss;
    }

    void addStep(double loss, double correct, int examples) {
        lossSum += loss * examples;
        correctSum += correct;
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
        return new double[] {epoch, stepInEpoch, step, samples, lossSum, correctSum, epochSamples, initialLoss};
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
    }
}
