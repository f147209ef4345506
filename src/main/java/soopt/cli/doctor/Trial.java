package soopt.cli.doctor;

import java.util.Locale;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.DeviceFailure;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Engine;
import soopt.cli.options.FailureLines;
import soopt.experiment.Devices;
import soopt.file.JsonObject;

/**
 * An engine, tried on a small product.
 *
 * @param usable whether it was tried
 * @param problem why it was not, or what went wrong; empty if it computes
 * @param device what it computes on, in words
 * @param replay how it does work that comes again, where it can replay any
 * @param note a library that was asked for and is not used, and why
 * @param seconds until it was ready
 */
record Trial(
        Engine engine,
        boolean usable,
        Optional<String> problem,
        String device,
        Optional<Backend.Replay> replay,
        Optional<String> note,
        double seconds) {
    /** Opens it if it can be used here, multiplies two small matrices and closes it. */
    static Trial of(Engine engine) {
        Optional<String> unusable = engine.problem();
        if (unusable.isPresent()) {
            return without(engine, false, unusable);
        }
        long start = System.nanoTime();
        try (Backend backend = Devices.open(engine, Precision.FLOAT32, 0);
                Tensor a = backend.allocate(2, 2);
                Tensor c = backend.allocate(2, 2)) {
            backend.fromHost(new double[] {1, 2, 3, 4}, 0, a);
            backend.gemm(false, false, 1, a, a, 0, c);
            double[] product = new double[4];
            backend.toHost(c, product, 0);
            boolean right = product[0] == 7 && product[1] == 10 && product[2] == 15 && product[3] == 22;
            Optional<String> wrong = right ? Optional.empty() : Optional.of("a product of two matrices is wrong");
            return new Trial(
                    engine,
                    true,
                    wrong,
                    backend.device(),
                    backend.replay(),
                    backend.note(),
                    (System.nanoTime() - start) / 1e9);
        } catch (LinkageError | RuntimeException e) {
            String why = e instanceof DeviceFailure ? e.getMessage() : FailureLines.cause(e);
            return without(engine, true, Optional.of(why));
        }
    }

    private static Trial without(Engine engine, boolean usable, Optional<String> problem) {
        return new Trial(engine, usable, problem, "", Optional.empty(), Optional.empty(), 0);
    }

    boolean works() {
        return problem.isEmpty();
    }

    /** One word. */
    String state() {
        String unlessWorking = usable ? "WRONG" : "absent";
        return works() ? "ok" : unlessWorking;
    }

    String text() {
        return problem.orElseGet(() -> String.format(Locale.ROOT, "%s, ready in %.1f s%s", device, seconds, graphs())
                + note.map(line -> "; " + line).orElse(""));
    }

    private String graphs() {
        return replay.map(of -> of.problem().map(why -> ", no graphs: " + why).orElse(", with graphs"))
                .orElse("");
    }

    JsonObject json() {
        JsonObject json = new JsonObject()
                .put("name", engine.name())
                .put("gpu", engine.isGpu())
                .put("state", state().toLowerCase(Locale.ROOT));
        problem.ifPresent(text -> json.put("problem", text));
        replay.ifPresent(of -> json.put("graphs", of.problem().isEmpty()));
        note.ifPresent(line -> json.put("note", line));
        return works() ? json.put("device", device).put("ready_seconds", seconds) : json;
    }
}
