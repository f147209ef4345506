package soopt.optimizer.direction;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Fisher;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.Value;
import soopt.curvature.fisher.OutputAdjoints;
import soopt.curvature.fisher.Sampler;
import soopt.file.JsonObject;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;
import soopt.optimizer.step.Trial;
import soopt.solver.Solve;
import soopt.solver.kronecker.KroneckerFactors;

/** The running part of {@link Direction.KFac} and {@link Direction.Ekfac}. */
final class KroneckerDirection implements Direction.Running {
    private static final String NUMBERS = "direction.kronecker";
    private static final String STEPS = "direction.steps";
    private static final String BUFFER = "direction.buffer";
    private static final String FACTORS = "direction.";

    /**
     * What the two have in common.
     *
     * @param klClip κ; 0 for none
     */
    record Options(
            KroneckerFactors.Options factors,
            Fisher fisher,
            int draws,
            int statisticsPeriod,
            int inversePeriod,
            double klClip,
            double momentum,
            double weightDecay,
            int weightDecayDelay) {}

    private final Options options;
    private final Problem problem;
    private final Backend backend;
    private final Tensor gradient;
    /** V, and with momentum its buffer; without it V itself. */
    private final Tensor natural;

    private final Tensor buffer;
    private final KroneckerFactors factors;
    private List<KroneckerFactors.Refreshed> refreshed = List.of();
    private double shrinkage = 1;
    private long steps;

    KroneckerDirection(Options options, Problem problem, Tensor gradient) {
        this.options = options;
        this.problem = problem;
        this.backend = problem.backend();
        this.gradient = gradient;
        this.natural = backend.allocate(gradient.shape());
        this.buffer = options.momentum > 0 ? backend.allocate(gradient.shape()) : natural;
        this.factors = new KroneckerFactors(backend, problem.layout(), options.factors);
        if (options.momentum > 0) {
            backend.fill(buffer, 0);
        }
    }

    @Override
    public Optional<Object> kind() {
        return inverts() ? Optional.empty() : Optional.of(samples() ? "sample" : "same");
    }

    private boolean samples() {
        return steps % options.statisticsPeriod == 0;
    }

    private boolean inverts() {
        return steps % options.inversePeriod == 0;
    }

    @Override
    public Value observe(Tensor theta, Objective batch, Tensor gradient) {
        AtomicReference<Value> value = new AtomicReference<>();
        observe(theta, batch, gradient, value::set);
        backend.await();
        return value.get();
    }

    /** The batch of a step gives its gradient and, every so often, a sample of the factors, by one forward pass. */
    @Override
    public void observe(Tensor theta, Objective batch, Tensor gradient, Consumer<Value> use) {
        boolean samples = samples();
        boolean inverts = inverts();
        refreshed = List.of();
        if (samples || factors.prefersPass(batch.examples())) {
            try (Linearization pass = batch.at(theta, Linearization.Use.GRADIENT)) {
                pass.gradient(gradient);
                pass.value(use);
                if (samples) {
                    sample(pass, inverts);
                } else if (inverts) {
                    refreshed = factors.refresh();
                }
                Optional<Linearization> kept = pass.isKept() ? Optional.of(pass) : Optional.empty();
                factors.apply(gradient, kept, batch.examples(), natural);
            }
        } else {
            if (inverts) {
                use.accept(batch.gradient(theta, gradient));
                refreshed = factors.refresh();
            } else {
                batch.gradient(theta, gradient, use);
            }
            factors.apply(gradient, Optional.empty(), batch.examples(), natural);
        }
        steps++;
    }

    private void sample(Linearization pass, boolean inverts) {
        factors.observe(pass, adjoints());
        if (inverts) {
            refreshed = factors.refresh();
        }
        if (options.factors.kind() == KroneckerFactors.Damping.SQUARES) {
            factors.observeSquares(pass, adjoints());
        }
    }

    /** The same labels whenever it is asked at one step. */
    private OutputAdjoints adjoints() {
        return switch (options.fisher) {
            case EXACT -> new OutputAdjoints.Root();
            case EMPIRICAL -> new OutputAdjoints.OfTargets();
            case MC -> {
                List<Sampler> samplers = new ArrayList<>();
                for (int draw = 0; draw < options.draws; draw++) {
                    samplers.add(new Sampler.Random(problem.random("labels", steps * options.draws + draw)));
                }
                yield new OutputAdjoints.Drawn(samplers);
            }
        };
    }

    @Override
    public Tensor next(Tensor theta) {
        accumulate(theta, 1);
        return buffer;
    }

    @Override
    public void nextScaled(Tensor theta, double scale, Tensor out) {
        accumulate(theta, Math.abs(scale));
        backend.combine(scale, buffer, 0, buffer, out);
    }

    /** b ← μ b + ν V + λ_w θ. */
    private void accumulate(Tensor theta, double stepSize) {
        shrinkage = shrinkage(stepSize);
        if (options.momentum > 0) {
            backend.combine(options.momentum, buffer, shrinkage, natural, buffer);
        } else if (shrinkage != 1) {
            backend.scaleInPlace(shrinkage, natural);
        }
        if (options.weightDecay > 0 && steps > options.weightDecayDelay) {
            backend.axpyInPlace(options.weightDecay, theta, buffer);
        }
    }

    /** ν = min(1, √(κ / (η² ⟨V, ∇L⟩))): twice the divergence of the step in the model stays below κ. */
    private double shrinkage(double stepSize) {
        if (options.klClip == 0) {
            return 1;
        }
        double size = stepSize * stepSize * backend.dot(natural, gradient);
        return size > options.klClip ? Math.sqrt(options.klClip / size) : 1;
    }

    @Override
    public Step recorded(Step step) {
        Optional<Solve> worst = refreshed.stream()
                .map(KroneckerFactors.Refreshed::solve)
                .max((x, y) -> x.ending().compareTo(y.ending()));
        Trial trial = new Trial(options.factors.damping(), Double.NaN, Double.NaN, Double.NaN, 0, true, worst);
        Step told = step.with(trial);
        if (refreshed.isEmpty()) {
            return told;
        }
        List<JsonObject> layers = refreshed.stream()
                .map(layer -> new JsonObject()
                        .put("weight", layer.weight())
                        .put("pi", layer.pi())
                        .put("ending", layer.solve().ending().words())
                        .put("factorizations", layer.solve().iterations()))
                .toList();
        return told.with(new JsonObject().put("kl_clip", shrinkage).putObjects("factors", layers));
    }

    @Override
    public void save(State state) {
        state.putNumbers(STEPS, steps);
        state.putNumbers(NUMBERS, factors.numbers());
        factors.forEachTensor((name, tensor) -> state.putTensor(FACTORS + name, tensor));
        if (options.momentum > 0) {
            state.putTensor(BUFFER, buffer);
        }
    }

    @Override
    public void restore(State state) {
        steps = (long) state.getNumbers(STEPS)[0];
        factors.setNumbers(state.getNumbers(NUMBERS));
        factors.forEachTensor((name, tensor) -> state.getTensor(FACTORS + name, tensor));
        if (options.momentum > 0) {
            state.getTensor(BUFFER, buffer);
        }
    }

    @Override
    public void close() {
        factors.close();
        if (options.momentum > 0) {
            buffer.close();
        }
        natural.close();
    }
}
