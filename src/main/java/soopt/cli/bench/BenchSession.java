package soopt.cli.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.BiFunction;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.cli.terminal.Natives;
import soopt.cli.terminal.StatusLine;
import soopt.cli.terminal.Terminal;
import soopt.experiment.Devices;
import soopt.experiment.file.Device;

/** A backend and a stopwatch for as long as one measurement takes. */
record BenchSession(Precision precision, Device device, int threads, Pace pace, PrintWriter err) {
    /** Opens the backend, gives what the measurement makes of it, and closes it. */
    <T> T measure(BiFunction<Backend, Stopwatch, T> measurement) {
        Natives.prepare(err, List.of(device));
        Devices.Choice choice = Devices.choose(device);
        choice.note().ifPresent(err::println);
        try (Backend backend = Devices.open(choice.engine(), precision, threads);
                StatusLine status = new StatusLine(err, Terminal.interactive())) {
            return measurement.apply(backend, new Stopwatch(backend, pace, status));
        }
    }
}
