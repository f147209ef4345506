package soopt.sweep.local;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** One that does the runs it is given, one after the other. */
public interface Worker {
    /** Lets it do the run of an index. */
    void give(int index);

    /** There is nothing more to do. */
    void end();

    /** Lets it save where it is and end. */
    void stop();

    /**
     * What is heard of a worker.
     *
     * @param report empty at its end
     * @param exitCode at its end
     * @param last what it said at its end, as the rest of a sentence; empty if it said nothing
     */
    record Heard(int worker, Optional<Report> report, OptionalInt exitCode, String last) {
        static Heard report(int worker, Report report) {
            return new Heard(worker, Optional.of(report), OptionalInt.empty(), "");
        }

        static Heard end(int worker, int exitCode, String last) {
            return new Heard(worker, Optional.empty(), OptionalInt.of(exitCode), last);
        }
    }

    /** Starts workers. */
    @FunctionalInterface
    interface Starter {
        /**
         * @param number of the worker; each has its own
         * @param ear hears it, on another thread, until its end
         */
        Worker start(int number, Consumer<Heard> ear);
    }
}
