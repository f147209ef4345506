package soopt.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Grouping;
import soopt.curvature.ParameterLayout;
import soopt.data.DatasetCatalog;
import soopt.data.examples.Data;
import soopt.data.fetch.Store;
import soopt.experiment.checkpoint.Checkpoint;
import soopt.experiment.claim.ClaimLostException;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.Ending;
import soopt.experiment.folder.Meta;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.Recorder;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.folder.RunState;
import soopt.experiment.folder.Status;
import soopt.experiment.loop.Advice;
import soopt.experiment.loop.Counts;
import soopt.experiment.loop.CurvatureRecord;
import soopt.experiment.loop.Position;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.RunResult;
import soopt.experiment.loop.StopSignal;
import soopt.experiment.loop.Stopped;
import soopt.experiment.loop.Trainer;
import soopt.file.JsonObject;
import soopt.file.WholeFile;
import soopt.file.WriteException;
import soopt.optimizer.Optimizer;
import soopt.optimizer.step.Problem;
import soopt.spec.SpecWriter;

/** Runs one seed of an experiment into its folder. */
public final class Runner {
    /**
     * What to run.
     *
     * @param results the results folder
     * @param source the experiment file as written
     * @param overrides the key=value arguments
     * @param command the command line, for meta.json
     * @param again what becomes of a run that lies there already
     */
    public record Request(
            Experiment experiment,
            long seed,
            Path results,
            Store store,
            String source,
            List<String> overrides,
            List<String> command,
            Again again) {
        public Request {
            overrides = List.copyOf(overrides);
            command = List.copyOf(command);
        }
    }

    /** What becomes of a run that lies there already. A folder that is begun anew is kept as &lt;id&gt;.attempt-k. */
    public enum Again {
        /** What was interrupted goes on, what is finished is left alone. */
        GO_ON,
        /** The same; a process on another host that may live is taken for dead. */
        TAKE_OVER,
        /** As {@link #GO_ON}; what was never run goes on where the longest run of fewer epochs ended. */
        EXTEND,
        /** What was interrupted begins anew, what is finished is left alone. */
        RESTART,
        /** It begins anew, whatever it is. */
        FORCE;

        boolean goesOn() {
            return this == GO_ON || this == TAKE_OVER || this == EXTEND;
        }
    }

    private final Request request;
    private final RunListener listener;
    private final StopSignal stop;
    private final Experiment experiment;

    private Runner(Request request, RunListener listener, StopSignal stop) {
        this.request = request;
        this.listener = listener;
        this.stop = stop;
        this.experiment = request.experiment().run(request.seed());
    }

    /**
     * Runs to the end, or to where it is stopped or diverges; a run that is finished already is left alone unless
     * forced. A failure on the way is written into the folder (FAILED, stack trace in run.log) and thrown.
     *
     * @throws soopt.spec.yaml.SpecException if model, data, partition and model.init.from do not fit one another; no
     * folder was made
     * @throws soopt.experiment.folder.RunDirectoryException if the folder cannot be written or is in use; no data was
     * read
     * @throws soopt.data.fetch.DatasetException if the data is missing or damaged; no folder was made
     * @throws DeviceException if the device cannot be used; no folder was made
     */
    public static RunResult run(Request request, RunListener listener, StopSignal stop) {
        return new Runner(request, listener, stop).run();
    }

    private RunResult run() {
        try {
            return run(stop.unlessAsked(this::id));
        } catch (Stopped early) {
            return notBegun(early);
        }
    }

    /** Reads what its files hold, which may take its time. */
    private String id() {
        experiment.requireFiles();
        return experiment.runId(request.seed());
    }

    private RunResult run(String id) {
        try (RunDirectory directory = RunDirectory.claim(request.results(), experiment.experiment(), id, isForced())) {
            Optional<RunResult> finished = request.again() == Again.FORCE ? Optional.empty() : finished(directory);
            if (finished.isPresent()) {
                return finished.get();
            }
            stop.check();
            try (Backend backend = Devices.open(experiment.device(), experiment.precision(), experiment.threads())) {
                return run(directory, backend);
            }
        }
    }

    private boolean isForced() {
        return request.again() == Again.FORCE || request.again() == Again.TAKE_OVER;
    }

    /** A stop was asked for while there was nothing to write down. */
    private RunResult notBegun(Stopped early) {
        String message = early.getMessage() + " before training began; nothing is written";
        return new RunResult(
                "",
                request.seed(),
                RunDirectory.runs(request.results(), experiment.experiment()),
                new Ending(early.reason().state(), message),
                RunResult.Work.NONE,
                0,
                0,
                Optional.empty(),
                Optional.empty());
    }

    /** The result of an earlier process, if there is nothing left to do. */
    private Optional<RunResult> finished(RunDirectory directory) {
        return directory.finishedMessage().map(message -> {
            Status status = directory.earlier().orElseThrow();
            Ending ending = status.ending().orElseGet(() -> new Ending(status.state(), status.message()));
            return new RunResult(
                    directory.id(),
                    request.seed(),
                    directory.path(),
                    ending.withMessage(message),
                    RunResult.Work.DONE_BEFORE,
                    status.epoch(),
                    status.step(),
                    status.best(),
                    MetricsRow.lastEvaluated(RunFolder.open(directory.path()).metrics()));
        });
    }

    private RunResult run(RunDirectory directory, Backend backend) {
        Data data = stop.unlessAsked(() -> LoadedData.of(experiment, request.store()));
        Counts counts = new Counts();
        try (NetworkWorkload workload = new NetworkWorkload(experiment, request.seed(), data, backend, counts)) {
            List<Doubt> doubts = new ArrayList<>();
            Devices.choose(experiment.device()).note().ifPresent(line -> doubts.add(new Doubt("device", line)));
            experiment.fitting(data).emptyClasses().ifPresent(line -> doubts.add(new Doubt("empty_classes", line)));
            experiment
                    .training()
                    .doubts(workload.stepsPerEpoch())
                    .forEach(line -> doubts.add(new Doubt("schedule_cut_short", line)));
            return run(directory, backend, workload, counts, doubts);
        }
    }

    /** What does not hinder a run but may not be meant: the name of its event and a line about it. */
    private record Doubt(String event, String line) {}

    private RunResult run(
            RunDirectory directory, Backend backend, NetworkWorkload workload, Counts counts, List<Doubt> doubts) {
        experiment.requireFit(workload.layout());
        CurvatureRecord.Subject subject = subject(workload.layout());
        Beginning beginning = beginning(directory, backend, workload.stepsPerEpoch());
        beginning.doubts().forEach(line -> doubts.add(new Doubt("resumption", line)));
        Problem problem = new Problem(
                backend,
                workload.layout(),
                workload,
                request.seed(),
                (long) experiment.training().epochs() * workload.stepsPerEpoch(),
                workload.gradientWork());
        try (Tensor theta = workload.initialParameters();
                Optimizer.Iteration iteration = experiment.optimizer().start(problem);
                Recorder recorder = open(directory, backend, beginning)) {
            experiment.optimizer().choice(problem).ifPresent(words -> {
                recorder.event("choice_made", new JsonObject().put("step", 0).put("choice", words), words);
                listener.message(words);
            });
            doubts.forEach(doubt -> {
                recorder.warning(doubt.event(), new JsonObject().put("step", 0), doubt.line());
                listener.message(doubt.line());
            });
            Trainer.Plan plan = new Trainer.Plan(
                    request.seed(),
                    experiment.training(),
                    experiment.evaluate(),
                    experiment.record(),
                    subject,
                    new Advice(experiment.optimizer(), experiment.precision()));
            Trainer trainer = new Trainer(plan, workload, counts, iteration, recorder, listener, stop);
            return train(trainer, theta, recorder, beginning);
        }
    }

    private Beginning beginning(RunDirectory directory, Backend backend, int stepsPerEpoch) {
        if (!request.again().goesOn()) {
            return Beginning.anew(List.of());
        }
        Beginning own = Beginning.of(directory, backend);
        if (own.kind() != Beginning.Kind.ANEW || request.again() != Again.EXTEND) {
            return own;
        }
        return orAbandon(
                directory,
                () -> Extension.find(request.results(), experiment, request.seed())
                        .map(shorter -> shorter.into(directory, experiment, backend, stepsPerEpoch))
                        .orElseGet(() -> Beginning.anew(List.of("run " + directory.id()
                                + " begins anew: no run of fewer epochs of this experiment can be extended"))));
    }

    /** A folder that was made and cannot be filled is taken away again. */
    private static <T> T orAbandon(RunDirectory directory, Supplier<T> filling) {
        try {
            return filling.get();
        } catch (WriteException full) {
            directory.abandon();
            throw full;
        }
    }

    /** Whose curvature is recorded: the optimizer's if it computes any. */
    private CurvatureRecord.Subject subject(ParameterLayout layout) {
        Optional<Grouping> grouping = experiment.optimizer().grouping();
        double damping = grouping.map(Grouping::damping)
                .orElseGet(() -> experiment.record().curvature().damping());
        return new CurvatureRecord.Subject(experiment.partition(layout), damping, grouping.isPresent());
    }

    private Recorder open(RunDirectory directory, Backend backend, Beginning beginning) {
        return switch (beginning.kind()) {
            case ANEW -> orAbandon(directory, () -> begin(directory.create(), backend));
            case INTERRUPTED -> reopen(directory, backend);
            case EXTENDED -> orAbandon(directory, () -> begin(directory, backend));
        };
    }

    private Recorder reopen(RunDirectory directory, Backend backend) {
        JsonNode earlier = RunFolder.open(directory.path()).meta();
        directory.reopen();
        return recorder(directory, Meta.goingOn(meta(directory, backend), earlier));
    }

    private Recorder begin(RunDirectory directory, Backend backend) {
        WholeFile.write(directory.file("config.yaml"), SpecWriter.toYaml(experiment));
        WholeFile.write(directory.file("source.yaml"), request.source());
        StringBuilder overrides = new StringBuilder();
        request.overrides().forEach(line -> overrides.append(line).append('\n'));
        WholeFile.write(directory.file("overrides.txt"), overrides.toString());
        Recorder recorder = recorder(directory, meta(directory, backend));
        directory.keptMessage().ifPresent(listener::message);
        return recorder;
    }

    private Recorder recorder(RunDirectory directory, JsonObject meta) {
        return new Recorder(directory, meta, experiment.record());
    }

    private JsonObject meta(RunDirectory directory, Backend backend) {
        String dataset =
                SpecWriter.toJson(experiment).path("dataset").path("type").asText();
        JsonObject meta =
                Meta.of(directory.id(), experiment.experiment(), request.seed(), dataset, request.command(), backend);
        return meta.putObjects("files", files(dataset));
    }

    /** What the run read: the files that the spec names, or those that the data set is known by. */
    private List<JsonObject> files(String dataset) {
        List<JsonObject> files = new ArrayList<>();
        DatasetCatalog.files(dataset)
                .forEach(file -> files.add(new JsonObject()
                        .put("name", file.name())
                        .put("bytes", file.bytes())
                        .put("sha256", file.sha256())));
        experiment
                .files()
                .forEach((key, file) -> files.add(new JsonObject()
                        .put("key", key)
                        .put("path", file.toString())
                        .put("bytes", file.checksum().bytes())
                        .put("sha256", file.checksum().sha256())));
        return files;
    }

    private RunResult train(Trainer trainer, Tensor theta, Recorder recorder, Beginning beginning) {
        try {
            beginning.checkpoint().ifPresent(checkpoint -> restore(trainer, checkpoint, theta, recorder.directory()));
            Ending ending = beginning.checkpoint().isPresent()
                    ? trainer.resume(theta, beginning.how(), beginning.kind() == Beginning.Kind.EXTENDED)
                    : trainer.train(theta);
            RunResult result = finish(trainer, recorder, ending);
            listener.finished(result);
            return result;
        } catch (ClaimLostException lost) {
            RunResult result = lost(trainer, recorder, lost);
            listener.finished(result);
            return result;
        } catch (RuntimeException | Error failure) {
            fail(trainer, recorder, failure);
            throw failure;
        }
    }

    /** Another process writes the folder now: nothing is written. */
    private RunResult lost(Trainer trainer, Recorder recorder, ClaimLostException lost) {
        RunDirectory directory = recorder.directory();
        Position position = trainer.position();
        String message = "run " + directory.id() + " was " + lost.getMessage() + "; this process stops after step "
                + position.step() + " and leaves the folder alone";
        return new RunResult(
                directory.id(),
                request.seed(),
                directory.path(),
                new Ending(RunState.PREEMPTED, message),
                RunResult.Work.DONE_NOW,
                position.epoch(),
                position.step(),
                Optional.empty(),
                trainer.lastRow());
    }

    private static void restore(Trainer trainer, Checkpoint checkpoint, Tensor theta, RunDirectory directory) {
        try {
            trainer.restore(checkpoint, theta);
        } catch (IllegalStateException unknown) {
            throw new RunDirectoryException("run " + directory.id() + " cannot go on here: " + unknown.getMessage()
                    + "; use the version of soopt that meta.json names, or begin anew with run --restart");
        }
    }

    /** Says so in the folder as far as the disk and the memory still allow: the failure itself is what counts. */
    private void fail(Trainer trainer, Recorder recorder, Throwable failure) {
        Ending ending = new Ending(RunState.FAILED, "failed: " + failure);
        try {
            recorder.trace(failure);
        } catch (RuntimeException | Error another) {
            failure.addSuppressed(another);
        }
        try {
            finish(trainer, recorder, ending.withExitCode(FailureCode.of(failure)));
        } catch (RuntimeException | Error another) {
            failure.addSuppressed(another);
        }
    }

    private RunResult finish(Trainer trainer, Recorder recorder, Ending ending) {
        Position position = trainer.position();
        recorder.finish(ending, position.epoch(), position.step());
        RunDirectory directory = recorder.directory();
        return new RunResult(
                directory.id(),
                request.seed(),
                directory.path(),
                ending,
                RunResult.Work.DONE_NOW,
                position.epoch(),
                position.step(),
                recorder.status().best(),
                trainer.lastRow()
                        .or(() -> MetricsRow.lastEvaluated(
                                RunFolder.open(directory.path()).metrics())));
    }
}
