package soopt.experiment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.Partitioning;
import soopt.data.examples.Data;
import soopt.data.fetch.Store;
import soopt.experiment.checkpoint.Checkpoint;
import soopt.experiment.checkpoint.Generations;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.Ending;
import soopt.experiment.folder.Meta;
import soopt.experiment.folder.MetricsRow;
import soopt.experiment.folder.Recorder;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.loop.Advice;
import soopt.experiment.loop.Counts;
import soopt.experiment.loop.CurvatureRecord;
import soopt.experiment.loop.RunListener;
import soopt.experiment.loop.StopSignal;
import soopt.experiment.loop.Trainer;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Refresh;
import soopt.spec.Binder;
import soopt.spec.SpecSource;

/** A perceptron of a few neurons on some hundred digits, trained by {@link Descent} into a folder. */
public final class SmallRun {
    public static final String YAML = """
            experiment: small
            seeds: [7]
            precision: float64
            threads: 1
            dataset: {type: mnist-sample, validation: 100, limit: 500}
            model: {type: mlp, hidden: [6], activation: tanh}
            optimizer: {type: sgd, step-size: 0.1}
            training: {epochs: 2, batch-size: 64, curvature-batch-size: 50}
            record: {steps: {every: 3 steps}, checkpoint: {every: never}}
            """;

    private double stepSize = 0.1;
    private int period = 3;
    private Set<Long> spoiled = Set.of();
    private RunListener listener = RunListener.SILENT;
    private UnaryOperator<Data> data = UnaryOperator.identity();
    private Function<Precision, Backend> engine = precision -> Backends.cpu(precision, 1);
    private final StopSignal stop = new StopSignal();
    private final List<String> overrides = new ArrayList<>();

    public static Experiment experiment(String... overrides) {
        return Binder.bind(SpecSource.parse("small.yaml", YAML).with(List.of(overrides)), Experiment.class);
    }

    public SmallRun with(String override) {
        overrides.add(override);
        return this;
    }

    public SmallRun stepSize(double value) {
        stepSize = value;
        return this;
    }

    /** Steps between two computations of curvature, 0 for none. */
    public SmallRun period(int value) {
        period = value;
        return this;
    }

    /** Steps, from 0, whose updates are infinite; a safeguard drops one. */
    SmallRun spoiled(Long... steps) {
        spoiled = Set.of(steps);
        return this;
    }

    SmallRun listener(RunListener value) {
        listener = value;
        return this;
    }

    /** Trains on another engine than the CPU's. */
    SmallRun on(Function<Precision, Backend> value) {
        engine = value;
        return this;
    }

    /** Trains on a change of the digits. */
    SmallRun data(UnaryOperator<Data> change) {
        data = change;
        return this;
    }

    /** Stops as on Ctrl-C once so many steps are done. */
    public SmallRun stopAfter(long steps) {
        listener = new RunListener() {
            @Override
            public void step(Progress progress) {
                if (progress.step() == steps) {
                    stop.request(StopSignal.Reason.CANCEL);
                }
            }
        };
        return this;
    }

    /** Stops as on TERM at the so manieth call of the listener, from 0: every piece of work makes one. */
    public SmallRun stopAtMoment(int moment) {
        listener = new Moments(() -> stop.request(StopSignal.Reason.PREEMPT), moment);
        return this;
    }

    /** Trains to the end; gives how many moments there were. */
    public int momentsOf(Path results, String id) {
        Moments moments = new Moments(() -> {}, -1);
        listener = moments;
        train(results, id);
        return moments.passed;
    }

    /** Does something at one of its calls. */
    private static final class Moments implements RunListener {
        private final Runnable action;
        private final int moment;
        private int passed;

        Moments(Runnable action, int moment) {
            this.action = action;
            this.moment = moment;
        }

        private void pass() {
            if (passed == moment) {
                action.run();
            }
            passed++;
        }

        @Override
        public void started(Start start) {
            pass();
        }

        @Override
        public void step(Progress progress) {
            pass();
        }

        @Override
        public void working(Work work, long done, long total) {
            pass();
        }

        @Override
        public void refreshed(long step, Refresh refresh) {
            pass();
        }

        @Override
        public void epoch(MetricsRow row) {
            pass();
        }
    }

    /** Trains in results/small/runs/&lt;id&gt;. */
    public Ending train(Path results, String id) {
        return run(results, id, false);
    }

    /** Goes on from the checkpoint in that folder. */
    public Ending resume(Path results, String id) {
        return run(results, id, true);
    }

    private NetworkWorkload workload(Experiment experiment, Backend backend, Counts counts) {
        return new NetworkWorkload(
                experiment,
                7,
                data.apply(experiment.dataset().load(new Store(Path.of("datasets"), true))),
                backend,
                counts);
    }

    /** What the batches of a run say of themselves. */
    boolean batchesAreTheSame() {
        Experiment experiment = experiment(overrides.toArray(String[]::new));
        try (Backend backend = Backends.cpu(experiment.precision(), 1);
                NetworkWorkload workload = workload(experiment, backend, new Counts())) {
            return workload.areTheSame();
        }
    }

    private Ending run(Path results, String id, boolean resume) {
        Experiment experiment = experiment(overrides.toArray(String[]::new));
        Counts counts = new Counts();
        try (RunDirectory directory = RunDirectory.claim(results, "small", id, false);
                Backend backend = engine.apply(experiment.precision());
                NetworkWorkload workload = workload(experiment, backend, counts);
                Descent descent =
                        new Descent(new Problem(backend, workload.layout(), workload, 7), stepSize, period, spoiled)) {
            if (resume) {
                directory.reopen();
            } else {
                directory.create();
            }
            try (Recorder recorder = new Recorder(
                    directory,
                    Meta.of(id, "small", 7, "mnist-sample", List.of("soopt", "run"), backend),
                    experiment.record())) {
                Trainer.Plan plan = new Trainer.Plan(
                        7,
                        experiment.training(),
                        experiment.evaluate(),
                        experiment.record(),
                        new CurvatureRecord.Subject(
                                new Partitioning.Canonical().of(workload.layout()), 1.0, period > 0),
                        new Advice(experiment.optimizer(), experiment.precision()));
                Trainer trainer = new Trainer(plan, workload, counts, descent, recorder, listener, stop);
                Optional<Checkpoint> checkpoint = new Generations(directory.file("checkpoints"))
                        .newest(backend, found -> Trainer.misfit(directory.path(), found))
                        .checkpoint();
                Ending ending;
                try (Tensor theta = workload.initialParameters()) {
                    if (resume) {
                        trainer.restore(checkpoint.orElseThrow(), theta);
                    }
                    ending = resume ? trainer.resume(theta, "", false) : trainer.train(theta);
                }
                recorder.finish(
                        ending, trainer.position().epoch(), trainer.position().step());
                return ending;
            }
        }
    }
}
