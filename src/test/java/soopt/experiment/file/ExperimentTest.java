package soopt.experiment.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import soopt.experiment.SmallRun;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.SpecWriter;
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
    void sweep_isReadAsTextByKey() {
        Experiment experiment =
                SmallRun.experiment("sweep={grid: {optimizer.step-size: [0.1, 1], training.epochs: [3]}}");

        assertEquals(
                Map.of("optimizer.step-size", List.of("0.1", "1"), "training.epochs", List.of("3")),
                experiment.sweep().orElseThrow().grid());
        String problem = problem("sweep={zip: {a: [1, 2], b: [1]}}");
        assertTrue(problem.endsWith("sweep.zip must have lists of one length, but has {a=[1, 2], b=[1]}"), problem);
    }

    @Test
    void mistakes_areNamedWithTheirKey() {
        assertTrue(
                problem("experiment=a/b").contains("experiment must be 1 to 100 letters, digits"),
                problem("experiment=a/b"));
        assertTrue(problem("seeds=[]").contains("seeds must have at least one seed"));
        assertTrue(problem("seeds=[1, 1]").contains("seeds must differ"));
        assertTrue(problem("record.steps.every=5 min").contains("record.steps.every must count epochs or steps"));
        assertTrue(problem("training.batch-size=0").contains("training.batch-size must be"));
    }

    private static String problem(String override) {
        return assertThrows(SpecException.class, () -> SmallRun.experiment(override))
                .getMessage();
    }
}
