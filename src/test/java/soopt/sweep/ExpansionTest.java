package soopt.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.experiment.SmallRun;
import soopt.spec.yaml.SpecException;

class ExpansionTest {
    @Test
    void grid_isEveryCombination_theLastKeyFastest() {
        assertEquals(
                List.of(
                        "step-size=0.1 epochs=1 | 7",
                        "step-size=0.1 epochs=2 | 7",
                        "step-size=0.3 epochs=1 | 7",
                        "step-size=0.3 epochs=2 | 7"),
                SweepFile.runs("sweep: {grid: {optimizer.step-size: [0.1, 0.3], training.epochs: [1, 2]}}"));
    }

    @Test
    void block_isListTimesZipTimesGrid() {
        assertEquals(
                List.of(
                        "epochs=1 batch-size=10 step-size=1 | 7",
                        "epochs=1 batch-size=20 step-size=2 | 7",
                        "momentum=0.5 epochs=1 batch-size=10 step-size=1 | 7".replace("epochs=1 ", ""),
                        "momentum=0.5 batch-size=20 step-size=2 | 7"),
                SweepFile.runs("sweep: {list: [{training.epochs: 1}, {optimizer.momentum: 0.5}],"
                        + " zip: {training.batch-size: [10, 20], optimizer.step-size: [1, 2]}}"));
    }

    @Test
    void blocks_followOneAnother_andWhatStandsBesideHoldsForEach() {
        assertEquals(
                List.of(
                        "optimizer={\"type\":\"adam\"} epochs=3 step-size=0.01 | 7",
                        "optimizer={\"type\":\"sgd\",\"momentum\":0.9} epochs=3 step-size=1 | 7",
                        "optimizer={\"type\":\"sgd\",\"momentum\":0.9} epochs=3 step-size=2 | 7"),
                SweepFile.runs("""
                        sweep:
                          list: [{training.epochs: 3}]
                          blocks:
                            - list: [{optimizer: {type: adam}}]
                              grid: {optimizer.step-size: [0.01]}
                            - list: [{optimizer: {type: sgd, momentum: 0.9}}]
                              grid:
                                optimizer.step-size: range(1, 3)
                        """));
    }

    @Test
    void exclude_leavesOutWhatHasAllOfItsValues_whateverTheWriting() {
        assertEquals(
                List.of("step-size=0.1 epochs=2 | 7", "step-size=0.3 epochs=1 | 7", "step-size=0.3 epochs=2 | 7"),
                SweepFile.runs("sweep: {grid: {optimizer.step-size: [0.1, 0.3], training.epochs: [1, 2]},"
                        + " exclude: [{optimizer.step-size: 1e-1, training.epochs: 1.0}]}"));
    }

    @Test
    void exclude_withSeeds_leavesOutTheseAlone() {
        assertEquals(
                List.of(
                        "seeds=[1,2] step-size=0.1 | 2",
                        "seeds=[1,2] step-size=0.3 | 1",
                        "seeds=[1,2] step-size=0.3 | 2"),
                SweepFile.runs("sweep: {grid: {optimizer.step-size: [0.1, 0.3], seeds: [1, 2]},"
                        + " exclude: [{optimizer.step-size: 0.1, seeds: 1}]}"));
        assertEquals(
                List.of("step-size=0.1 | 3"),
                SweepFile.runs("sweep: {grid: {optimizer.step-size: [0.1]}, seeds: {tune: [1], final: [2, 3]},"
                        + " exclude: [{seeds: [1, 2]}]}"));
    }

    @Test
    void seeds_areRunsOfOneCombination() {
        List<Entry> entries =
                SweepFile.expand("sweep: {grid: {optimizer.step-size: [0.1, 0.3]}}", "seed=range(1,4)")
                        .members()
                        .stream()
                        .map(Expansion.Member::entry)
                        .toList();

        assertEquals(
                List.of(0, 0, 0, 1, 1, 1),
                entries.stream().map(Entry::combination).toList());
        assertEquals(
                List.of(1L, 2L, 3L, 1L, 2L, 3L),
                entries.stream().map(Entry::seed).toList());
    }

    @Test
    void seedsToTuneAndFinalOnes_areToldApart() {
        List<Entry> entries =
                SweepFile.expand("sweep: {seeds: {tune: [5], final: [5, 6]}, grid: {training.epochs: [1]}}")
                        .members()
                        .stream()
                        .map(Expansion.Member::entry)
                        .toList();

        assertEquals(List.of(5L, 6L), entries.stream().map(Entry::seed).toList());
        assertEquals(
                List.of(List.of("tune", "final"), List.of("final")),
                entries.stream().map(Entry::roles).toList());
        assertEquals(List.of(" | 1", " | 2"), SweepFile.runs("sweep: {seeds: {tune: [5], final: [5, 6]}}", "seed=1,2"));
    }

    @Test
    void arguments_areAxes_andTakeThePlaceOfThoseOfTheFile() {
        String sweep = "sweep: {grid: {optimizer.step-size: [0.1, 0.3], training.epochs: [1, 2]}}";

        assertEquals(
                List.of("epochs=1 step-size=5 | 7", "epochs=2 step-size=5 | 7"),
                SweepFile.runs(sweep, "optimizer.step-size=5"));
        assertEquals(
                List.of(
                        "epochs=3 step-size=1 | 7",
                        "epochs=3 step-size=10 | 7",
                        "epochs=4 step-size=1 | 7",
                        "epochs=4 step-size=10 | 7"),
                SweepFile.runs(sweep, "training.epochs=3,4", "optimizer.step-size=logspace(0,1,2)").stream()
                        .map(text -> text.replace(".0", ""))
                        .toList());
    }

    @Test
    void listsAndMappings_areOneValueEach() {
        assertEquals(
                List.of("model.hidden=[4,3] | 7", "model.hidden=[5] | 7"),
                SweepFile.runs("", "model.hidden=[4, 3],[5]"));
        assertEquals(
                List.of("optimizer={\"type\":\"adam\",\"beta1\":0.8} | 7", "optimizer=adam | 7"),
                SweepFile.runs("", "optimizer={type: adam, beta1: 0.8}, adam"));
    }

    @Test
    void sameRunOfTwoCombinations_isThereOnce() {
        Expansion expansion = SweepFile.expand("sweep: {grid: {optimizer.step-size: [0.1, 1e-1, 0.3]}}");

        assertEquals(2, expansion.members().size());
        assertEquals(1, expansion.repeated());
    }

    @Test
    void run_hasTheIdOfTheSameRunAlone() {
        Entry entry = SweepFile.expand("", "optimizer.step-size=0.3,0.5", "training.epochs=1", "seed=9")
                .members()
                .get(1)
                .entry();

        assertEquals(
                SmallRun.experiment("training.epochs=1", "optimizer.step-size=0.5")
                        .runId(9),
                entry.runId());
    }

    @Test
    void mistakeOfOneCombination_isOneLineWhereItStands() {
        SpecException e = assertThrows(
                SpecException.class,
                () -> SweepFile.expand("sweep: {grid: {training.epochs: [1, 2], optimizer.step-size: [0.1, -3]}}"));

        assertEquals(
                List.of("f.yaml:" + SweepFile.LINE
                        + ":68: optimizer.step-size must be > 0, but is -3.0 (combination 2 of"
                        + " 4 and 1 more: training.epochs=1 optimizer.step-size=-3)"),
                e.problems());
    }

    @Test
    void allMistakesOfAllCombinations_areToldOnceEach() {
        SpecException e = assertThrows(SpecException.class, () -> SweepFile.expand("""
                        sweep:
                          list:
                            - {optimizer.step-size: x}
                            - {optimizer: {type: adam, beta3: 1}}
                            - {model.hidden.4: 7}
                            - {optimizer.step-size: 1}
                          grid:
                            training.epochs: [1, 2, 3]
                        """));

        assertEquals(3, e.problems().size(), e.getMessage());
        assertTrue(e.problems().get(0).startsWith("f.yaml:" + (SweepFile.LINE + 2) + ":29: "), e.getMessage());
        assertTrue(e.problems().get(1).contains("beta3 is unknown"), e.getMessage());
        assertTrue(e.problems().get(2).contains("model.hidden is a list of 1"), e.getMessage());
        assertTrue(e.problems().get(2).contains("(combination 7 of 12 and 2 more: "), e.getMessage());
    }

    @Test
    void mistakeThatAllHave_isTheFiles() {
        SpecException e = assertThrows(
                SpecException.class,
                () -> SweepFile.expand("sweep: {grid: {training.epochs: [1, 2]}}", "training.batch-size=0"));

        assertEquals(1, e.problems().size());
        assertTrue(e.getMessage().endsWith("but is 0"), e.getMessage());
    }

    @Test
    void misfitOfACombination_isToldBeforeAnythingRuns() {
        SpecException e = assertThrows(
                SpecException.class,
                () -> SweepFile.expand(
                        "sweep: {grid: {optimizer: [sgd, {type: newton-summary, partition: blocks-9}]}}"));

        assertTrue(e.getMessage().startsWith("f.yaml:" + SweepFile.LINE + ":"), e.getMessage());
        assertTrue(e.getMessage().contains("optimizer.partition"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sweep: {grid: {experiment: [a, b]}} | experiment names the folder",
                "sweep: {grid: {threads: [1, 2]}} | threads does not change",
                "sweep: {grid: {sweep.seeds.tune: [1, 2]}} | sweep cannot be swept itself",
                "sweep: {grid: {training.epochs: [1]}, list: [{training.epochs: 2}]} | another part of the same block",
                "sweep: {grid: {training.epochs: [1]}, blocks: [{zip: {training.epochs: [2]}}]} | give it once",
                "sweep: {exclude: [{training.epochs: 2}]} | which the sweep does not vary here",
                "sweep: {grid: {training.epochs: [1]}, exclude: [{training.epochs: 1}]} | leaves no combination",
                "sweep: {exclude: [{seeds: 7}]} | leaves no run",
                "sweep: {exclude: [{seeds: [7, x]}]} | must be a whole number or a list of them",
                "sweep: {seeds: {test: [1]}} | sweep.seeds must be of tune and final",
                "sweep: {seeds: {tune: [1, 1]}} | must be different numbers",
                "sweep: {grid: {optimizer.step-size: 'range(1, 1)'}} | has an empty range",
                "sweep: {grid: {optimizer.step-size: 'range(1, 2, 0)'}} | the step 0",
                "sweep: {grid: {optimizer.step-size: 'logspace(1, 2)'}} | must be like logspace(-4, -1, 4)",
                "sweep: {grid: {optimizer.step-size: 'range(0, 1e9)'}} | has 1000000000 values; at most 100000",
                "sweep: {grid: {optimizer.step-size: 'logspace(0, 400, 2)'}} | a power of ten that no double holds",
                "sweep: {grid: {optimizer.step-size: 3}} | write [3]",
                "sweep: {grid: {training.epochs: 'range(1,400)', training.batch-size: 'range(1,400)'}} | at most 100000"
            })
    void whatCannotBeSwept_isRefused(String sweep, String message) {
        SpecException e = assertThrows(SpecException.class, () -> SweepFile.expand(sweep));

        assertTrue(e.getMessage().contains(message.strip()), e.getMessage());
        assertTrue(e.getMessage().startsWith("f.yaml:"), e.getMessage());
    }

    @Test
    void keyOfAnArgument_isThatOfAFile() {
        SpecException e = assertThrows(SpecException.class, () -> SweepFile.expand("", "optimizer.stepsize=0.1,0.3"));

        assertTrue(
                e.getMessage()
                        .startsWith("override 'optimizer.stepsize=0.1,0.3': optimizer.stepsize is unknown; did you mean"
                                + " 'step-size'?"),
                e.getMessage());
    }

    @Test
    void argumentOnAKeyWhoseValuesGoTogether_isRefused() {
        SpecException e = assertThrows(
                SpecException.class,
                () -> SweepFile.expand(
                        "sweep: {zip: {training.epochs: [1, 2], optimizer.step-size: [1, 2]}}", "training.epochs=3"));

        assertTrue(e.getMessage().contains("training.epochs is a key of sweep.zip (f.yaml:"), e.getMessage());
    }

    @Test
    void thousandsOfRuns_areExpandedWithinASecond() {
        long begun = System.nanoTime();
        int runs = SweepFile.expand(
                        "", "optimizer.step-size=range(1,51)", "training.batch-size=range(1,21)", "seed=range(0,4)")
                .members()
                .size();

        assertEquals(4000, runs);
        double seconds = (System.nanoTime() - begun) * 1e-9;
        assertTrue(seconds < 5, "4000 runs in " + seconds + " s");
    }
}
