package soopt.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.experiment.SmallRun;
import soopt.experiment.folder.RunDirectoryException;

class PlanTest {
    private static final String GRID =
            "sweep: {grid: {optimizer.step-size: [0.1, 1e-4], model.activation: [tanh, relu]}}\n";

    @TempDir
    private Path results;

    private static Plan plan(String sweep, String... arguments) {
        return Plan.of(SweepFile.expand(sweep, arguments));
    }

    @Test
    void plan_isReadAsItWasWritten() throws IOException {
        Plan plan = plan(GRID, "training.epochs=3", "seed=1,2");
        plan.write(results);

        assertEquals(plan, Plan.read(results.resolve("small")));
        assertEquals(plan, Plan.find(results, "small").orElseThrow());
        assertEquals(SmallRun.YAML + GRID, Files.readString(results.resolve("small/sweep.yaml")));
        try (Stream<Path> files = Files.list(results.resolve("small"))) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void everyRun_isMadeOfThePlanAlone() {
        Expansion expansion = SweepFile.expand(
                GRID + "  \n", "model.hidden=[3],[4, 5]", "optimizer={type: adam, step-size: 0.01}", "seed=4,8");
        Plan plan = Plan.of(expansion);

        assertEquals(16, plan.entries().size());
        for (Expansion.Member member : expansion.members()) {
            assertEquals(
                    member.run(),
                    plan.experiment(member.entry()).run(member.entry().seed()));
        }
    }

    @Test
    void sameSweep_differentlyWritten_keepsThePlan() {
        Plan plan = plan(GRID);

        Plan again =
                plan("# a note\nsweep: {grid: {model.activation: [relu, tanh], optimizer.step-size: [0.0001, 0.1]}}\n");

        assertEquals(plan, plan.with(again, false));
        assertEquals(plan, plan.with(plan(GRID, "optimizer.step-size=0.1"), false), "a part of it");
    }

    @Test
    void sweepWithOtherRuns_isRefused_andSaysWhatChanged() {
        RunDirectoryException e = assertThrows(
                RunDirectoryException.class, () -> plan(GRID).with(plan(GRID, "training.epochs=3"), false));

        assertEquals(
                "the sweep small was begun with other runs: 4 of the 4 are not in its plan, e.g. with training.epochs 3"
                        + " instead of 2; add them to it with --extend, or give the sweep another name with experiment=…",
                e.getMessage());
    }

    @Test
    void extendedPlan_keepsNumbers_andDropsWhatIsGone() {
        Plan before = plan(GRID);

        Plan after = before.with(plan(GRID, "optimizer.step-size=1e-4,5", "seed=7,8"), true);

        assertEquals(
                IntStream.range(0, 10).boxed().toList(),
                after.entries().stream().map(Entry::index).toList());
        assertEquals(
                before.entries().stream().map(Entry::runId).toList(),
                after.entries().subList(0, 4).stream().map(Entry::runId).toList());
        assertEquals(
                List.of(true, true, false, false),
                after.entries().subList(0, 4).stream().map(Entry::dropped).toList());
        assertEquals(8, after.current().size());
        after.current()
                .forEach(entry -> assertEquals(
                        entry.seed(),
                        after.experiment(entry).run(entry.seed()).seeds().get(0)));
        assertEquals(
                4,
                after.current().stream().map(Entry::combination).distinct().count(),
                "a new seed belongs to its combination");
        assertThrows(RunDirectoryException.class, () -> after.entry(0));
        assertThrows(RunDirectoryException.class, () -> after.entry(10));
    }

    @Test
    void processesThatExtendAtOnce_loseNothing() throws InterruptedException {
        plan(GRID).enter(results, false);
        List<Thread> threads = IntStream.range(0, 6)
                .mapToObj(i -> new Thread(() -> plan(GRID, "seed=7," + (20 + i)).enter(results, true)))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        Plan plan = Plan.read(results.resolve("small"));

        assertEquals(4 + 6 * 4, plan.entries().size());
        assertEquals(28, plan.entries().stream().map(Entry::runId).distinct().count());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[1]",
                "{\"format\":1}",
                "{\"format\":1,\"runs\":[{\"index\":1,\"run_id\":\"000000000000\"}]}",
                "{\"format\":1,\"runs\":[{\"index\":0,\"run_id\":\"../../../../x\"}]}",
                "{\"format\":1,\"runs\":["
            })
    void damagedPlan_isRefused(String text) throws IOException {
        Path file = Files.writeString(results.resolve("plan.json"), text);

        RunDirectoryException e = assertThrows(RunDirectoryException.class, () -> Plan.read(file));

        assertTrue(e.getMessage().startsWith(file + " is damaged: "), e.getMessage());
    }

    @Test
    void planOfALaterVersion_isNotTouched() throws IOException {
        Path file = Files.writeString(results.resolve("plan.json"), "{\"format\":2,\"soopt_version\":\"9.0\"}");

        RunDirectoryException e = assertThrows(RunDirectoryException.class, () -> Plan.read(file));

        assertTrue(e.getMessage().contains("a later version of soopt (9.0)"), e.getMessage());
    }

    @Test
    void runWhoseFileChanged_isRefused() throws IOException {
        Path weights = Files.writeString(results.resolve("w.npz"), "one");
        Plan plan = plan("", "model.init={from: " + weights + "}");
        Files.writeString(weights, "another");

        RunDirectoryException e = assertThrows(RunDirectoryException.class, () -> plan.experiment(plan.entry(0)));

        assertTrue(e.getMessage().contains("a file that it names holds other data"), e.getMessage());
    }
}
