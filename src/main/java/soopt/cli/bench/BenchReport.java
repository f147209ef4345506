package soopt.cli.bench;

import java.util.List;
import java.util.Locale;
import soopt.cli.options.Version;
import soopt.file.JsonObject;

/**
 * What every result says of how it was measured.
 *
 * @param precision as the experiment file calls it
 * @param engine what computed, one word
 */
record BenchReport(String precision, String engine, int threads) {
    /** "float32, cpu, 2 threads, 30 rounds". */
    String conditions(List<Measurement> results) {
        int rounds = results.get(0).seconds().length;
        return format(
                "%s, %s, %d thread%s, %d round%s",
                precision, engine, threads, threads == 1 ? "" : "s", rounds, rounds == 1 ? "" : "s");
    }

    /** The head of a result; the caller adds the rest. */
    JsonObject head(String model, int batch) {
        return new JsonObject()
                .put("program", "soopt")
                .put("model", model)
                .put("batch", batch)
                .put("engine", engine)
                .put("threads", threads)
                .put("precision", precision)
                .put(
                        "versions",
                        new JsonObject()
                                .put("soopt", Version.text())
                                .put("java", Runtime.version().toString()));
    }

    static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
