package soopt.experiment.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.experiment.SmallRun;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.SpecWriter;
import soopt.spec.yaml.OverrideValue;
import soopt.spec.yaml.SpecException;

class ExperimentTest {
    @Test
    void resolvedFile_readsBackToTheSameExperiment() {
        Experiment experiment = SmallRun.experiment();
        String yaml = SpecWriter.toYaml(experiment);

        assertEquals(experiment, Binder.bind(SpecSource.parse("resolved", yaml), Experiment.class));
        assertTrue(yaml.contains("every: 1 epoch"), yaml);
        assertTrue(yaml.contains("memory: auto"), yaml);
    }

    @Test
    void runId_dependsOnSeedAndSettings_butNotOnSweepOrOtherSeeds() {
        String id = SmallRun.experiment().runId(7);

        assertTrue(id.matches("[0-9a-f]{12}"), id);
        assertEquals(id, SmallRun.experiment("seeds=[1, 7]").runId(7));
        assertEquals(
                id,
                SmallRun.experiment("sweep={grid: {training.epochs: [1, 2]}}").runId(7));
        assertNotEquals(id, SmallRun.experiment().runId(8));
        assertNotEquals(id, SmallRun.experiment("training.batch-size=32").runId(7));
    }

    @Test
    void sweep_takesValuesOfAnyKind_asOverridesHaveThem() {
        Experiment experiment =
                SmallRun.experiment("sweep={grid: {optimizer.step-size: [0.1, 1], training.full-batch: [true],"
                        + " optimizer: [sgd, {type: adam, step-size: 1e-3}], seeds: [[1, 2]]}}");
        Map<String, List<String>> grid = new TreeMap<>();
        experiment
                .sweep()
                .orElseThrow()
                .shared()
                .grid()
                .forEach((key, values) -> grid.put(
                        key, values.values().stream().map(OverrideValue::text).toList()));

        assertEquals(
                Map.of(
                        "optimizer.step-size",
                        List.of("0.1", "1"),
                        "training.full-batch",
                        List.of("true"),
                        "optimizer",
                        List.of("sgd", "{\"type\":\"adam\",\"step-size\":0.001}"),
                        "seeds",
                        List.of("[1,2]")),
                grid);
        assertEquals(
                experiment, Binder.bind(SpecSource.parse("shown", SpecWriter.toYaml(experiment)), Experiment.class));
        String problem = problem("sweep={zip: {seeds: [1, 2], training.epochs: [1]}}");
        assertTrue(
                problem.endsWith("sweep.zip must have lists of one length, but has 2 of seeds, 1 of training.epochs"),
                problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "grid: {optimizer.stepsize: [1]}   | sweep.grid.optimizer.stepsize is unknown; did you mean 'step-size'?",
                "zip: {trainin.epochs: [1]}        | sweep.zip.trainin.epochs is unknown; did you mean 'training'?",
                "list: [{dataset.limits: 1}]       | sweep.list.0.dataset.limits is unknown; did you mean 'limit'?",
                "exclude: [{model.hiden.0: 1}]     | sweep.exclude.0.model.hiden.0 is unknown; did you mean 'hidden'?",
                "grid: {seeds.0.x: [1]}            | sweep.grid.seeds.0.x is unknown; there are no keys below a value",
                "grid: {training.epochs: []}       | sweep.grid.training.epochs must have at least one value",
            })
    void keysOfASweep_areThoseOfTheFile(String sweep, String message) {
        String problem = problem("sweep={" + sweep.strip() + "}");
        assertTrue(problem.contains(message.strip()), problem);
    }

    @Test
    void keysOfASweep_mayBeThoseOfAnyChoice() {
        SmallRun.experiment(
                "sweep={grid: {optimizer.cubic.damping: [1], optimizer.momentum: [0.1], model.hidden.0: [3],"
                        + " optimizer.direction.type: [sgd], training.plateau.patience: [1], model.init.weights: [1]}}");
    }

    /** Who has runs of an earlier version finds them again; a new key with a default is a change to be told. */
    @Test
    void runId_isThatOfEarlierVersions() {
        assertEquals(
                "2546e71a25d1",
                SmallRun.experiment("optimizer={type: sgd, step-size: 0.1, momentum: 0.9, nesterov: true}")
                        .runId(7));
        assertEquals(
                "b52d816f3726",
                SmallRun.experiment("optimizer={type: adam, beta1: 0.8}").runId(7));
        assertEquals(
                "e867db6e194b",
                SmallRun.experiment("optimizer=newton-summary", "training.plateau={}")
                        .runId(7));
    }

    @Test
    void runId_dependsOnTheElementsOfLists() {
        String id = SmallRun.experiment("model.hidden=[10]").runId(7);

        assertEquals(id, SmallRun.experiment("model.hidden=[10]").runId(7));
        assertNotEquals(id, SmallRun.experiment("model.hidden=[20]").runId(7));
        assertNotEquals(id, SmallRun.experiment("model.hidden=[10, 10]").runId(7));
        assertNotEquals(
                SmallRun.experiment("model.hidden=[10, 20]").runId(7),
                SmallRun.experiment("model.hidden=[20, 10]").runId(7));
    }

    @Test
    void mistakes_areNamedWithTheirKey() {
        assertTrue(
                problem("experiment=a/b").contains("experiment must be 1 to 100 letters, digits"),
                problem("experiment=a/b"));
        assertTrue(problem("seeds=[]").contains("seeds must have at least one element"));
        assertTrue(problem("seeds=[1, 1]").contains("seeds must differ from one another, but are [1, 1]"));
        assertTrue(problem("record.steps.every=5 min").contains("record.steps.every must count epochs or steps"));
        assertTrue(problem("training.batch-size=0").contains("training.batch-size must be"));
    }

    private static String problem(String override) {
        return assertThrows(SpecException.class, () -> SmallRun.experiment(override))
                .getMessage();
    }
}
