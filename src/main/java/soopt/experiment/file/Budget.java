package soopt.experiment.file;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import soopt.data.examples.Data;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;
import soopt.spec.yaml.SpecException;

/** When a run is complete before its epochs are over: as soon as one of these is met. */
public record Budget(
        @Range(above = 0) @Doc("seconds of training: steps and their curvature, without evaluations and records")
        Optional<Double> seconds,

        @Range(above = 0) @Doc("cost of the steps in gradients of a batch, as gradient_equivalents of metrics.csv")
        Optional<Double> gradientEquivalents,

        @Doc("a value of a metric that is good enough") Optional<Target> target,

        @Doc("ends when a metric has stopped getting better, and keeps the weights where it was best")
        Optional<EarlyStopping> earlyStopping) {
    public Budget {
        Constraints.check(Budget.class, seconds, gradientEquivalents, target, earlyStopping);
    }

    /** A column of metrics.csv with how good the parameters are. */
    public enum Metric {
        @Doc("of the training examples over an epoch")
        TRAIN_LOSS,
        @Doc("of the training examples over an epoch")
        TRAIN_ACC,
        @Doc("of the validation examples")
        VAL_LOSS,
        @Doc("of the validation examples")
        VAL_ACC,
        @Doc("of the test examples")
        TEST_LOSS,
        @Doc("of the test examples")
        TEST_ACC;

        /** Accuracies are to be large, losses small. */
        public boolean isAtLeastAsGood(double value, double other) {
            return isAccuracy() ? value >= other : value <= other;
        }

        /** Whether it is better by more than the threshold. */
        public boolean isBetter(double value, double other, double threshold) {
            return isAccuracy() ? value > other + threshold : value < other - threshold;
        }

        public boolean isAccuracy() {
            return name().endsWith("ACC");
        }

        /** Its column in metrics.csv. */
        public String column() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A value that is good enough: a loss that is not larger, an accuracy that is not smaller. */
    public record Target(
            @Doc("what is measured") Metric metric,

            @Doc("reached by a loss at or below it, by an accuracy at or above it")
            double value) {
        public Target {
            Constraints.check(Target.class, metric, value);
        }
    }

    /** Ends a run after evaluations in a row without an improvement (Prechelt 1998, criterion UP). */
    public record EarlyStopping(
            @Default("val-loss") @Doc("what is to get better")
            Metric metric,

            @Default("5") @Range(min = 0) @Doc("evaluations without improvement that are let pass")
            int patience,

            @Default("0.0") @Range(min = 0) @Doc("an improvement is larger than this")
            double threshold,

            @Default("true") @Doc("whether checkpoints/best-weights.npz keeps the parameters where it was best")
            boolean keepBest) {
        public EarlyStopping {
            Constraints.check(EarlyStopping.class, metric, patience, threshold, keepBest);
        }
    }

    /**
     * Whether its metrics are measured on these data.
     *
     * @param heldOut training examples that are set aside for validation
     * @throws SpecException at the key of a metric that never is
     */
    void requireMeasured(Data data, int heldOut) {
        target.ifPresent(it -> require(data, heldOut, "target", it.metric));
        earlyStopping.ifPresent(it -> require(data, heldOut, "early-stopping", it.metric));
    }

    private static void require(Data data, int heldOut, String key, Metric metric) {
        boolean measured = switch (metric) {
            case TRAIN_LOSS, TRAIN_ACC -> true;
            case VAL_LOSS, VAL_ACC -> heldOut > 0 || data.validation().isPresent();
            case TEST_LOSS, TEST_ACC -> data.test().size() > 0;
        };
        String path = "training.budget." + key + ".metric";
        if (!measured) {
            String part = metric.column().startsWith("val") ? "validation" : "test";
            throw SpecException.of(
                    path,
                    List.of("is " + metric.column() + ", but the data set has no " + part + " examples"
                            + (part.equals("test") ? "" : "; set some aside with dataset.validation")
                            + ", or take train-loss"));
        }
        if (metric.isAccuracy() && !data.classification()) {
            throw SpecException.of(
                    path, List.of("is " + metric.column() + ", but the data have no classes; take a loss"));
        }
    }
}
