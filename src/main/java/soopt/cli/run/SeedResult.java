package soopt.cli.run;

import java.util.List;
import java.util.Optional;
import soopt.experiment.FailureCode;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.RunState;
import soopt.experiment.loop.RunResult;
import soopt.experiment.loop.StopSignal;
import soopt.file.JsonObject;

/**
 * What became of one seed of a command.
 *
 * @param state of its run, FAILED without one, or NOT_STARTED
 * @param message one line for the user
 * @param run empty if there is none
 */
record SeedResult(long seed, String state, int exitCode, String message, Optional<RunResult> run) {
    static SeedResult of(RunResult run) {
        return new SeedResult(run.seed(), run.state().name(), run.exitCode(), run.message(), Optional.of(run));
    }

    /** @param lines what was said of it */
    static SeedResult failed(long seed, Throwable failure, List<String> lines) {
        return new SeedResult(
                seed, RunState.FAILED.name(), FailureCode.of(failure), String.join("; ", lines), Optional.empty());
    }

    static SeedResult notStarted(long seed, StopSignal.Reason why) {
        return new SeedResult(
                seed, "NOT_STARTED", why.state().exitCode(), "not started: " + why.words(), Optional.empty());
    }

    boolean isCompleted() {
        return state.equals(RunState.COMPLETED.name());
    }

    /** The last evaluation. */
    Optional<MetricsRow> last() {
        return run.flatMap(RunResult::last);
    }

    JsonObject json() {
        JsonObject object =
                new JsonObject().put("seed", seed).put("state", state).put("exit_code", exitCode);
        run.filter(result -> result.work() != RunResult.Work.NONE)
                .ifPresent(result -> object.put("run_id", result.runId())
                        .put("folder", result.folder().toString())
                        .put("existed", result.existed()));
        object.put("message", message);
        run.ifPresent(result -> put(result, object));
        last().ifPresent(row -> object.put("train_loss", row.trainLoss())
                .put("val_loss", row.validationLoss())
                .put("val_acc", row.validationAccuracy())
                .put("test_loss", row.testLoss())
                .put("test_acc", row.testAccuracy())
                .put("wall_time_s", row.wallSeconds())
                .put("restart_count", row.restarts()));
        return object;
    }

    private static void put(RunResult result, JsonObject object) {
        object.put("warnings", result.ending().warnings())
                .put("epoch", result.epoch())
                .put("step", result.step())
                .put("curvature", result.ending().refreshes().json());
        result.best()
                .ifPresent(best -> object.put(
                        "best",
                        new JsonObject()
                                .put("metric", best.metric())
                                .put("value", best.value())
                                .put("epoch", best.epoch())));
    }
}
