package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.experiment.file.Experiment;
import soopt.spec.yaml.SpecException;

/** What messages advise, on a file that people begin with. */
class HintsTest {
    private static final SpecSource QUICKSTART = SpecSource.read(Path.of("configs", "quickstart.yaml"));

    private static List<String> problems(String... overrides) {
        return assertThrows(
                        SpecException.class, () -> Binder.bind(QUICKSTART.with(List.of(overrides)), Experiment.class))
                .problems();
    }

    @ParameterizedTest
    @CsvSource({
        "optimizer.lr=1, step-size",
        "optimizer.learning_rate=1, step-size",
        "optimizer.learning-rate=1, step-size",
        "optimizer.learningRate=1, step-size",
        "optimizer.direction.weightDecay=1, weight-decay",
        "optimizer.direction.wd=1, weight-decay",
        "training.bs=1, batch-size",
        "training.batch=1, batch-size",
        "training.max_epochs=1, epochs",
        "epochs=2, training.epochs",
        "batch_size=2, training.batch-size",
        "lr=0.1, optimizer.step-size",
        "step-size=0.1, optimizer.step-size",
        "optimizer.epochs=1, training.epochs",
        "optimizer.momentum=1, optimizer.direction.momentum",
        "training.damping=1, optimizer.cubic.damping",
        "activation=relu, model.activation",
        "limit=7, dataset.limit",
        "data=mnist, dataset",
        "net=lenet, model",
        "optim=adam, optimizer",
        "training.scheduler=cosine, schedule",
        "training.lr_scheduler=cosine, schedule",
        "schedule=cosine, training.schedule",
        "plateau={}, training.plateau",
        "seed=1, seeds",
        "dtype=float64, precision"
    })
    void aKeyByAnotherName_orInAnotherPlace_isFound(String override, String meant) {
        String problem = problems(override).get(0);
        assertTrue(problem.contains(" is unknown; did you mean '" + meant + "'? known: "), problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "optimizer.step-size=0.1,0.3",
                "optimizer.step-size=[0.1, 0.3]",
                "training.epochs=1, 2",
                "optimizer.clip-negative=true,false",
                "precision=float32,float64",
                "optimizer.step-size=logspace(-3, -1, 3)",
                "training.epochs=range(1, 3)",
                "record.steps.every=1 epoch,10 steps",
                "optimizer.partition=canonical,blocks-2",
                "optimizer.partition=[canonical, {type: blocks, count: 2}]"
            })
    void severalValues_areForSweep(String override) {
        List<String> problems = problems(override);
        assertEquals(1, problems.size());
        assertTrue(problems.get(0).endsWith("; several values: use soopt sweep"), problems.get(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "optimizer.step-size=0.1,x",
                "optimizer.step-size=x",
                "precision=float32,",
                "optimizer=adam,x",
                "optimizer.period=[a, 1]",
                "optimizer.period=[a]",
                "optimizer.period='1,2'",
                "training.epochs={a: 1}"
            })
    void whatIsNotSeveralValues_isNotForSweep(String override) {
        assertTrue(
                !problems(override).get(0).contains("sweep"), problems(override).get(0));
    }

    @Test
    void exchangingTheTypeAlone_tellsWhatToWrite() {
        assertEquals(
                List.of(
                        "override 'optimizer.type=adam': optimizer has keys that adam does not have: direction, partition,"
                                + " cubic, period, average, clip-negative; to exchange all of it write"
                                + " 'optimizer={type: adam, step-size: 0.3}'"),
                problems("optimizer.type=adam"));
        Experiment adam =
                Binder.bind(QUICKSTART.with(List.of("optimizer={type: adam, step-size: 0.3}")), Experiment.class);
        assertEquals("Adam", adam.optimizer().getClass().getSimpleName());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"*\"       | [\"*\"]",
                "fc*       | [fc*]",
                "\"a: b\"    | [\"a: b\"]",
                "\"a, b\"    | [\"a, b\"]",
                "a b       | [\"a b\"]"
            })
    void theListToWrite_isYaml(String match, String list) {
        String partition = "optimizer.partition={groups: [{name: a, match: %s}]}";
        String problem = problems(String.format(partition, match)).get(0);
        assertTrue(problem.endsWith(": write " + list), problem);
        Binder.bind(QUICKSTART.with(List.of(String.format(partition, list))), Experiment.class);
    }

    @Test
    void keyOfASweep_isReportedWhereItStands() {
        SpecSource source = SpecSource.parse("f.yaml", QUICKSTART.text() + "sweep: {grid: {training.epoch: [1]}}\n");
        List<String> problems = assertThrows(SpecException.class, () -> Binder.bind(source, Experiment.class))
                .problems();
        assertTrue(
                problems.get(0)
                        .matches("f.yaml:\\d+:16: sweep.grid.training.epoch is unknown; did you mean 'epochs'\\?.*"),
                problems.get(0));
    }
}
