package soopt.spec;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records like those of an experiment, for the tests of this package. */
final class Fixture {
    private Fixture() {}

    enum Scheduling {
        WEIGHT_DECAY,
        @Doc("none at all")
        CONSTANT,
        D3_FULL
    }

    /** Written {@code 10 steps}. */
    record Interval(int count, String unit) {
        public static Interval parse(String text) {
            String[] words = text.split(" ");
            if (words.length != 2 || !words[0].matches("\\d+")) {
                throw new IllegalArgumentException("must be like '10 steps', but is '" + text + "'");
            }
            return new Interval(Integer.parseInt(words[0]), words[1]);
        }

        @Override
        public String toString() {
            return count + " " + unit;
        }
    }

    sealed interface Method permits Sgd, NewtonSummary, Special {}

    sealed interface Special extends Method permits LineSearch {}

    @Doc("stochastic gradient descent")
    record Sgd(
            @Range(above = 0) @Doc("η") double stepSize,

            @Default("0.9") @Range(min = 0, below = 1) @Doc("μ")
            double momentum,

            @Default("false") boolean nesterov)
            implements Method {
        Sgd {
            Constraints.check(Sgd.class, stepSize, momentum, nesterov);
            if (nesterov && momentum == 0) {
                throw new IllegalArgumentException("momentum must be > 0 with nesterov, but is " + momentum);
            }
            if (stepSize > 100) {
                throw new IllegalArgumentException("stepSize is beyond reason");
            }
            if (stepSize == 42 && momentum == 0.42) {
                throw new IllegalArgumentException("these do not go together");
            }
        }
    }

    record NewtonSummary(
            @Default("{type: sgd, step-size: 1}") Method direction,
            @Default("canonical") Partition partition,
            @Default("{}") Cubic cubic)
            implements Method {}

    record LineSearch() implements Special {}

    record Cubic(@Default("1e-4") @Range(min = 0) double damping) {}

    sealed interface Partition permits Canonical, Blocks, Groups {}

    record Canonical() implements Partition {}

    record Blocks(@Range(min = 1, max = 64) int count) implements Partition {}

    record Groups(List<List<String>> groups) implements Partition {}

    record Training(int epochs, @Default("100") int batchSize) {}

    record Experiment(
            String name,
            @Default("[1]") @Range(min = 0) List<Long> seeds,
            @Default("constant") Scheduling schedule,
            Method optimizer,
            Training training,
            Optional<Path> from,
            @Default("5") Optional<Double> patience,
            @Default("10 steps") Interval every,
            @Default("{}") Map<String, List<Double>> grid,
            @Default("no") boolean verbose) {
        Experiment {
            Constraints.check(
                    Experiment.class, name, seeds, schedule, optimizer, training, from, patience, every, grid, verbose);
        }
    }

    /** The shortest file that describes an {@link Experiment}. */
    static final String SHORTEST = """
            name: mlp
            optimizer: {type: sgd, step-size: 0.1}
            training:
              epochs: 10
            """;

    static Experiment bind(String yaml, String... overrides) {
        return Binder.bind(SpecSource.parse("f.yaml", yaml).with(List.of(overrides)), Experiment.class);
    }
}
