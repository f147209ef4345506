package soopt.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import soopt.backend.Backend;
import soopt.cli.terminal.StatusLine;

/** Times works in turns, so that a slow spell of the machine falls on all of them alike. */
final class Stopwatch {
    private static final int WARM_UP_RUNS = 200;
    private static final int LEAST_ROUNDS = 3;

    private final Backend backend;
    private final Pace pace;
    private final StatusLine status;

    Stopwatch(Backend backend, Pace pace, StatusLine status) {
        this.backend = backend;
        this.pace = pace;
        this.status = status;
    }

    /** Warms every work up, then runs each once per round; the results are in the order of the works. */
    List<Measurement> measure(List<Work> works) {
        status.begin("warm-up", " works", 1, works.size());
        long[] extra = new long[works.size()];
        for (int i = 0; i < extra.length; i++) {
            extra[i] = works.get(i).heldBytes() + warmUp(works.get(i));
            status.reached(i + 1L, works.get(i).name());
        }
        List<double[]> rounds = new ArrayList<>();
        status.begin("measuring", " rounds", 1, pace.rounds());
        long start = System.nanoTime();
        while (rounds.size() < pace.rounds()
                && (rounds.size() < LEAST_ROUNDS || System.nanoTime() - start < pace.seconds() * 1e9)) {
            rounds.add(works.stream().mapToDouble(Stopwatch::seconds).toArray());
            status.reached(rounds.size(), "");
        }
        status.end();
        return IntStream.range(0, extra.length)
                .mapToObj(i -> new Measurement(
                        works.get(i).name(),
                        rounds.stream().mapToDouble(round -> round[i]).toArray(),
                        extra[i]))
                .toList();
    }

    /** Runs the work until the compiler has seen enough of it; returns the bytes it took beyond those there before. */
    private long warmUp(Work work) {
        work.run().run();
        long before = backend.memory().liveBytes();
        backend.resetPeak();
        double spent = 0;
        for (int run = 0; run < WARM_UP_RUNS && (run < 2 || spent < pace.warmUpSeconds()); run++) {
            spent += seconds(work) * work.repeats();
        }
        return Math.max(0, backend.memory().peakBytes() - before);
    }

    private static double seconds(Work work) {
        long start = System.nanoTime();
        work.run().run();
        return (System.nanoTime() - start) / 1e9 / work.repeats();
    }
}
