package soopt.sweep.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import soopt.experiment.DeviceException;
import soopt.experiment.loop.StopSignal;

/** The pool with workers that are told how their runs end. */
@Timeout(30)
class LauncherTest {
    private static final String CRASH = "CRASH";
    private static final String HANG = "HANG";
    /** It says how its run ended, and is used up. */
    private static final String LAST = "LAST";

    private final List<String> told = new ArrayList<>();
    private final StopSignal stop = new StopSignal();
    private final AtomicInteger together = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger workers = new AtomicInteger();
    /** The state with which the so manieth attempt of a run ends. */
    private BiFunction<Integer, Integer, String> fate = (index, attempt) -> "COMPLETED";

    private final Map<Integer, Integer> attempts = new HashMap<>();

    private final class Puppet implements Worker {
        private final int number;
        private final Consumer<Heard> ear;
        private int running = -1;

        Puppet(int number, Consumer<Heard> ear) {
            this.number = number;
            this.ear = ear;
            workers.incrementAndGet();
            ear.accept(Heard.report(number, new Report.Ready()));
        }

        @Override
        public void give(int index) {
            most.accumulateAndGet(together.incrementAndGet(), Math::max);
            String state = fate.apply(index, attempts.merge(index, 1, Integer::sum));
            running = index;
            ear.accept(Heard.report(number, new Report.Started(index, 0, 10)));
            if (state.equals(CRASH)) {
                together.decrementAndGet();
                ear.accept(Heard.end(number, 137, "out of memory"));
            } else if (state.equals(LAST)) {
                over("FAILED");
                ear.accept(Heard.end(number, 5, ""));
            } else if (!state.equals(HANG)) {
                over(state);
                ear.accept(Heard.report(number, new Report.Ready()));
            }
        }

        private void over(String state) {
            together.decrementAndGet();
            ear.accept(Heard.report(number, new Report.Ended(running, state, 0, false, state)));
            running = -1;
        }

        @Override
        public void end() {
            ear.accept(Heard.end(number, 0, ""));
        }

        @Override
        public void stop() {
            if (running >= 0) {
                over("PREEMPTED");
            }
            end();
        }
    }

    private Map<Integer, Report.Ended> run(int runs, Launcher.Settings settings) {
        Launcher.Listener listener = new Launcher.Listener() {
            @Override
            public void ended(Report.Ended report, boolean again) {
                told.add(report.index() + " " + report.state() + (again ? " again" : ""));
            }

            @Override
            public void message(String line) {
                told.add(line);
            }
        };
        return Launcher.run(IntStream.range(0, runs).boxed().toList(), Puppet::new, settings, listener, stop);
    }

    private static Launcher.Settings settings(int workers, int retries) {
        return new Launcher.Settings(workers, retries, Integer.MAX_VALUE, false);
    }

    private static Set<String> states(Map<Integer, Report.Ended> ends) {
        Set<String> states = new HashSet<>();
        ends.values().forEach(end -> states.add(end.state()));
        return states;
    }

    @Test
    void everyRun_isDoneOnce_byFewWorkers() {
        Map<Integer, Report.Ended> ends = run(50, settings(3, 0));

        assertEquals(50, ends.size());
        assertEquals(Set.of("COMPLETED"), states(ends));
        assertEquals(Set.of(1), Set.copyOf(attempts.values()));
        assertTrue(workers.get() <= 3, workers + " workers");
        assertTrue(most.get() <= 3, most + " at once");
    }

    @Test
    void endOfAWorker_costsItsRunOnly() {
        fate = (index, attempt) -> index == 3 ? CRASH : "COMPLETED";

        Map<Integer, Report.Ended> ends = run(10, settings(1, 0));

        assertEquals(10, ends.size());
        assertEquals("FAILED", ends.get(3).state());
        assertEquals(
                "its process ended with exit code 137 (killed, as by a system that has no more memory): out of memory",
                ends.get(3).message());
        assertEquals(
                9,
                ends.values().stream()
                        .filter(end -> end.state().equals("COMPLETED"))
                        .count());
        assertEquals(2, workers.get());
    }

    /** As after the memory was used up. */
    @Test
    void workerThatEndsAfterItsRun_isReplaced_andTheRunCountedOnce() {
        fate = (index, attempt) -> index < 2 ? LAST : "COMPLETED";

        Map<Integer, Report.Ended> ends = run(6, settings(1, 0));

        assertEquals(6, ends.size());
        assertEquals(Set.of(1), Set.copyOf(attempts.values()));
        assertEquals(3, workers.get());
    }

    @Test
    void failedRun_isBegunAgainAsOftenAsAsked() {
        fate = (index, attempt) ->
                index == 1 || index == 2 && attempt <= 2 ? index == 1 ? "FAILED" : CRASH : "COMPLETED";

        Map<Integer, Report.Ended> ends = run(4, settings(2, 2));

        assertEquals(3, attempts.get(1));
        assertEquals("FAILED", ends.get(1).state());
        assertEquals(3, attempts.get(2));
        assertEquals("COMPLETED", ends.get(2).state());
        assertEquals(2, told.stream().filter("1 FAILED again"::equals).count());
    }

    @Test
    void whatDiverges_isNoFailure() {
        fate = (index, attempt) -> "DIVERGED";

        run(5, new Launcher.Settings(1, 3, 1, true));

        assertEquals(Set.of(1), Set.copyOf(attempts.values()));
        assertEquals(5, attempts.size());
    }

    @Test
    void tooManyFailures_endTheBeginning() {
        fate = (index, attempt) -> "FAILED";

        Map<Integer, Report.Ended> ends = run(10, new Launcher.Settings(1, 0, 3, false));

        assertEquals(3, ends.size());
        assertTrue(told.contains("3 runs failed: no more are begun"), told.toString());
    }

    @Test
    void failure_stopsTheOthersWhereAsked() {
        fate = (index, attempt) -> index == 1 ? "FAILED" : HANG;

        Map<Integer, Report.Ended> ends = run(10, new Launcher.Settings(2, 0, 1, true));

        assertEquals(Set.of(0, 1), ends.keySet());
        assertEquals("PREEMPTED", ends.get(0).state());
    }

    @Test
    void stop_letsEveryWorkerSave() {
        fate = (index, attempt) -> {
            if (index == 2) {
                stop.request(StopSignal.Reason.CANCEL);
            }
            return index < 2 ? "COMPLETED" : HANG;
        };

        Map<Integer, Report.Ended> ends = run(10, settings(1, 5));

        assertEquals(Set.of(0, 1, 2), ends.keySet());
        assertEquals("PREEMPTED", ends.get(2).state());
    }

    @Test
    void runOfAnotherProcess_isWaitedFor() {
        fate = (index, attempt) -> index == 0 && attempt == 1 ? Report.ELSEWHERE : "COMPLETED";

        Map<Integer, Report.Ended> ends = run(3, settings(2, 0));

        assertEquals(Set.of("COMPLETED"), states(ends));
        assertEquals(2, attempts.get(0));
    }

    @Test
    void workersThatDoNotStart_endTheSweep() {
        DeviceException e = assertThrows(
                DeviceException.class,
                () -> Launcher.run(
                        List.of(0, 1),
                        (number, ear) -> {
                            ear.accept(Worker.Heard.end(number, 5, "no libraries"));
                            return new Worker() {
                                @Override
                                public void give(int index) {}

                                @Override
                                public void end() {}

                                @Override
                                public void stop() {}
                            };
                        },
                        settings(1, 0),
                        new Launcher.Listener() {},
                        stop));

        assertEquals("no worker starts: its process ended with exit code 5: no libraries", e.getMessage());
    }

    @Test
    void report_isReadAsItWasWritten() {
        List<Report> reports = List.of(
                new Report.Ready(),
                new Report.Started(3, 4, 5),
                new Report.Progress(1, 2, 3, 4, 5, 0.25),
                new Report.Progress(1, 2, 3, 4, 5, Double.NaN),
                new Report.Ended(7, "FAILED", 5, false, "a\n\"b\" é"));

        reports.forEach(report ->
                assertEquals(report, Report.parse(report.json().line()).orElseThrow()));
        assertTrue(Report.parse("{\"event\":\"rea").isEmpty());
        assertTrue(Report.parse("OpenBLAS warning").isEmpty());
    }
}
