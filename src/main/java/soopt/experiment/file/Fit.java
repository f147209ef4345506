package soopt.experiment.file;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import soopt.backend.BlockPool;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.data.examples.Data;
import soopt.data.examples.Targets;
import soopt.host.Host;
import soopt.model.Model;
import soopt.model.Network;
import soopt.model.loss.Loss;
import soopt.spec.Choices;
import soopt.spec.yaml.SpecException;

/**
 * Whether model, loss, data and machine fit together, known before anything is allocated; what does not fit is the
 * user's mistake.
 */
final class Fit {
    /** Sides of images tried for the least that a model takes. */
    private static final int LARGEST_SIDE = 512;

    /** θ, its gradient and its update. */
    private static final int VECTORS = 3;

    private Fit() {}

    /** The data with targets as the model's loss takes them: one-hot rows become classes where it takes classes. */
    static Data targets(Model model, Data data) {
        require(model, data.targets(), data.train().targetWords());
        boolean rows = data.targets().kind() == Targets.Kind.ONE_HOT;
        return rows && !model.reconstructs() && model.loss().isClassification() ? data.labelled() : data;
    }

    /**
     * @param words the targets' shape and type
     * @throws SpecException at model.loss if the loss does not take such targets
     */
    static void require(Model model, Targets targets, String words) {
        Loss loss = model.loss();
        if (!model.reconstructs() && !targets.suit(loss.isClassification())) {
            throw SpecException.of(
                    "model.loss",
                    List.of(
                            loss.isClassification()
                                    ? Choices.name(loss) + " takes class labels, but " + words
                                            + ", which are numbers: write y as whole numbers from 0 of shape [N] or as"
                                            + " one-hot rows [N, classes], or set model.loss to "
                                            + Choices.name(Loss.MEAN_SQUARED_ERROR)
                                    : Choices.name(loss) + " takes numbers [N, K], but " + words
                                            + ", which are class labels: write y as one-hot rows numpy.eye(classes)[y]"
                                            + " or as numbers y[:, None].astype(float), or set model.loss to "
                                            + Choices.name(Loss.SOFTMAX_CROSS_ENTROPY)));
        }
    }

    /** @throws SpecException at model if it does not take examples of this shape */
    static Network network(Model model, int[] shape, int outputs) {
        try {
            return model.network(shape, outputs);
        } catch (IllegalArgumentException | ArithmeticException e) {
            String text = model.takesImages() ? image(model, shape, e.getMessage()) : e.getMessage();
            throw SpecException.of("model", List.of(text));
        }
    }

    private static String image(Model model, int[] shape, String why) {
        int channels = shape.length == 3 ? shape[0] : 1;
        OptionalInt least = IntStream.rangeClosed(1, LARGEST_SIDE)
                .filter(side -> takes(model, channels, side))
                .findFirst();
        String size = least.isPresent() ? " of at least " + least.getAsInt() + "×" + least.getAsInt() + " pixels" : "";
        boolean rightRank = shape.length == 3;
        return Choices.name(model.getClass()) + " takes images" + size
                + ", x of the shape [N, channels, height, width], but x has the shape " + batch(shape)
                + (rightRank ? " (" + why + ")" : "") + ": " + remedy(shape);
    }

    private static boolean takes(Model model, int channels, int side) {
        try {
            model.network(new int[] {channels, side, side}, 2);
            return true;
        } catch (IllegalArgumentException | ArithmeticException tooSmall) {
            return false;
        }
    }

    private static String batch(int[] shape) {
        return "[N, " + IntStream.of(shape).mapToObj(String::valueOf).collect(Collectors.joining(", ")) + "]";
    }

    private static String remedy(int[] shape) {
        return switch (shape.length) {
            case 1 -> vector(shape[0]);
            case 2 -> "write x[:, None] for one channel";
            case 3 ->
                shape[2] < shape[0] && shape[2] < shape[1]
                        ? "write numpy.transpose(x, (0, 3, 1, 2)) if the channels are last"
                        : "enlarge or pad the images, or take another model";
            default -> "reshape x";
        };
    }

    private static String vector(int length) {
        for (int channels : new int[] {1, 3}) {
            int side = (int) Math.round(Math.sqrt((double) length / channels));
            if (channels * side * side == length) {
                return "write x.reshape(-1, " + channels + ", " + side + ", " + side + ") if these are images";
            }
        }
        return "reshape x to images, or take a model of vectors such as mlp";
    }

    /**
     * Holds the least that parameters take against what an array and the machine can hold.
     *
     * @throws SpecException at model
     */
    static void parameters(Network network, Precision precision) {
        String what =
                String.format(Locale.ROOT, "%,d parameters", network.layout().size());
        require(vector(network, precision), 0, network, precision, "model", what, "take a smaller model");
    }

    private static long vector(Network network, Precision precision) {
        return (long) network.layout().size() * precision.bytes();
    }

    /** @throws SpecException at the batch size with which the widest layer takes too much */
    static void batches(Network network, Precision precision, Training training, Data data) {
        long widest = LongStream.concat(
                        LongStream.of(Tensor.sizeOf(data.featureShape())), LongStream.of(network.widths()))
                .max()
                .orElse(1);
        int most = Math.max(data.train().size(), data.test().size());
        Map<String, Integer> batches = new TreeMap<>();
        batches.put("training.batch-size", training.batchSize());
        batches.put("training.evaluation-batch-size", training.evaluationBatchSize());
        batches.forEach((key, size) -> {
            int rows = Math.min(size, most);
            long bytes = Math.multiplyExact(rows * widest, (long) precision.bytes());
            String what = String.format(Locale.ROOT, "a layer's numbers for %,d examples", rows);
            require(bytes, bytes, network, precision, key, what, "lower it");
        });
    }

    private static void require(
            long array, long besides, Network network, Precision precision, String key, String what, String remedy) {
        long machine = Host.memoryBytes();
        long together = VECTORS * vector(network, precision) + besides;
        String type = " in " + Choices.name(precision);
        if (array > BlockPool.LARGEST) {
            throw SpecException.of(
                    key,
                    List.of(what + " take " + gib(array) + type + ", but an array holds at most "
                            + gib(BlockPool.LARGEST) + ": " + remedy));
        }
        if (machine > 0 && together > machine) {
            throw SpecException.of(
                    key,
                    List.of(what + " with a gradient and an update of all parameters take at least " + gib(together)
                            + type + ", but this machine has " + gib(machine) + ": " + remedy));
        }
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / (1L << 30));
    }
}
