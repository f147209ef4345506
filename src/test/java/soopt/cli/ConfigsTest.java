package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.engine.Backends;
import soopt.data.Cifar10;
import soopt.data.Dataset;
import soopt.data.Mnist;
import soopt.experiment.file.Experiment;
import soopt.model.Network;
import soopt.optimizer.NewtonSummary;
import soopt.optimizer.step.NoBatches;
import soopt.optimizer.step.Problem;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.SpecWriter;

class ConfigsTest {
    static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("configs"))) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
            assertTrue(found.size() >= 15, found.toString());
            return found.stream();
        }
    }

    private static Experiment bind(Path file) {
        return Binder.bind(SpecSource.read(file), Experiment.class);
    }

    /** Training examples held out for validation in the paper's runs. */
    @ParameterizedTest
    @MethodSource("files")
    void everyConfigOfThePaper_hasItsSplit(Path file) {
        Dataset dataset = bind(file).dataset();
        if (dataset instanceof Cifar10) {
            assertEquals(5000, dataset.heldOut());
        } else if (dataset instanceof Mnist) {
            assertEquals(6000, dataset.heldOut());
        }
    }

    private static Network network(Experiment experiment) {
        int[] shape = experiment.dataset() instanceof Cifar10 ? new int[] {3, 32, 32} : new int[] {1, 28, 28};
        return experiment.model().network(shape, 10);
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyConfig_bindsAndIsNamedAfterItsFile(Path file) {
        Experiment experiment = bind(file);
        assertEquals(file.getFileName().toString(), experiment.experiment() + ".yaml");
        Network network = network(experiment);
        assertTrue(experiment.partition(network.layout()).size() > 0);
        SpecSource written = SpecSource.parse("written", SpecWriter.toYaml(experiment));
        assertEquals(experiment, Binder.bind(written, Experiment.class));
    }

    /** What nobody tunes is not tuned for a network either. */
    @Test
    void untunedConfigs_haveOneOptimizer_andOneSchedule() throws IOException {
        List<Experiment> untuned = files().filter(
                        file -> file.getParent().getFileName().toString().equals("untuned"))
                .map(ConfigsTest::bind)
                .toList();
        assertEquals(7, untuned.size());
        for (Experiment each : untuned) {
            assertEquals(untuned.get(0).optimizer(), each.optimizer(), each.experiment());
            assertEquals(untuned.get(0).training(), each.training(), each.experiment());
            assertEquals(8, each.seeds().size(), "fewer cannot show four differences at 5 %");
        }
    }

    /** Kernels of 5 × 5 are cheap to turn beside their gradient, those of 3 × 3 that are filtered minimally are not. */
    @ParameterizedTest
    @CsvSource({
        "lenet, 'soap, held for 2 steps'",
        "vgg, 'muon for all hidden weights, adam for the rest'",
        "mlp, 'muon for all hidden weights, held for 4 steps, adam for the rest'",
        "ntk, 'muon for all hidden weights, held for 4 steps, adam for the rest'",
        "autoencoder, 'muon for all hidden weights, held for 2 steps, adam for the rest'",
        "elu, 'muon for all hidden weights, held for 4 steps, adam for the rest'",
        "bigmlp, 'muon for all hidden weights, held for 4 steps, adam for the rest'"
    })
    void directionOfUntunedConfigs_isThatWhichPays(String name, String direction) {
        Experiment experiment = bind(Path.of("configs", "untuned", "untuned_" + name + ".yaml"));
        Network network = network(experiment);
        double work = network.gradientWork() * experiment.training().batchSize();
        try (Backend backend = Backends.cpu(Precision.FLOAT32, 1)) {
            Problem problem = new Problem(backend, network.layout(), new NoBatches(), 0, 1000, work);
            NewtonSummary method = (NewtonSummary) experiment.optimizer();
            assertEquals(direction, method.direction().choiceFor(problem).orElseThrow());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mlp_newtonsummary, 8",
        "lenet_newtonsummary, 10",
        "vgg_newtonsummary, 18",
        "bigmlp_newtonsummary, 42",
        "verybigmlp_newtonsummary, 10"
    })
    void partitionOfThePaper_hasItsNumberOfGroups(String name, int groups) {
        Experiment experiment = bind(Path.of("configs", name + ".yaml"));
        Network network = network(experiment);
        assertEquals(groups, experiment.partition(network.layout()).size());
    }

    @ParameterizedTest
    @CsvSource({
        "mlp_newtonsummary, 1029950",
        "mlp_adam, 1029950",
        "lenet_newtonsummary, 62006",
        "lenet_fullbatch_curvature, 62006",
        "vgg_newtonsummary, 9225610",
        "bigmlp_newtonsummary, 23099402",
        "bigmlp_adam, 23099402"
    })
    void networkOfThePaper_hasItsNumberOfParameters(String name, int parameters) {
        Experiment experiment = bind(Path.of("configs", name + ".yaml"));
        assertEquals(parameters, network(experiment).layout().size());
    }
}
