package soopt.cli.bench;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import soopt.model.AutoencoderMlp;
import soopt.model.DeepMlp;
import soopt.model.Mlp;
import soopt.model.Model;
import soopt.model.Network;
import soopt.spec.Binder;
import soopt.spec.Choices;
import soopt.spec.SpecSource;

/**
 * A model to measure, with the input that the paper trains it on.
 *
 * @param text its name, or {@code {type: …, …}}
 */
record BenchModel(String text, Model model) {
    static final int CLASSES = 10;
    private static final int[] MNIST = {784};
    private static final int[] CIFAR = {3, 32, 32};

    private record Subject(Model model) {}

    /** @throws ParameterException if there is no model of this name */
    static BenchModel of(CommandSpec spec, String text) {
        List<String> known =
                Choices.of(Model.class).stream().map(Choices.Choice::name).toList();
        if (!text.startsWith("{") && !known.contains(text)) {
            throw new ParameterException(
                    spec.commandLine(), "no model '" + text + "'; known: " + String.join(", ", known));
        }
        return of(text);
    }

    static BenchModel of(String text) {
        String yaml = "model: " + (text.startsWith("{") ? text : "{type: " + text + "}");
        return new BenchModel(
                text,
                Binder.bind(SpecSource.parse("--model", yaml), Subject.class).model());
    }

    /** Shape of one example: a digit's pixels for perceptrons, a CIFAR image or its numbers for the others. */
    int[] inputShape() {
        if (model instanceof Mlp || model instanceof AutoencoderMlp) {
            return MNIST.clone();
        }
        boolean flat = model instanceof DeepMlp;
        return flat ? new int[] {3 * 32 * 32} : CIFAR.clone();
    }

    Network network() {
        return model.network(inputShape(), CLASSES);
    }
}
