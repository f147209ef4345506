package soopt.optimizer.direction;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import soopt.backend.Tensor;
import soopt.curvature.Fisher;
import soopt.curvature.Objective;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Value;
import soopt.optimizer.step.Problem;
import soopt.optimizer.step.Readings;
import soopt.optimizer.step.State;
import soopt.optimizer.step.Step;
import soopt.solver.kronecker.KroneckerFactors;
import soopt.spec.Binder;
import soopt.spec.Choices;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** A rule that makes of the gradients of successive batches a direction u [P], to go against: θ ← θ − η u. */
public sealed interface Direction
        permits Direction.Sgd,
                Direction.Adam,
                Direction.Adamw,
                Direction.KFac,
                Direction.Ekfac,
                Direction.Adahessian,
                Direction.Shampoo,
                Direction.Soap,
                Direction.Muon,
                Direction.Auto {
    /** κ where nothing is said of the direction. */
    double KAPPA = 0.02;

    /** κ of directions that whole matrices are turned for, along all of whose axes they go on for long. */
    double KAPPA_OF_MATRICES = 0.01;

    /**
     * Starts without memory of earlier gradients.
     *
     * @param gradient [P] where each step's gradient will lie
     */
    Running start(Problem problem, Tensor gradient);

    /**
     * Whether it can be made for so many parameters.
     *
     * @throws soopt.spec.yaml.SpecException with what does not fit, and what to use instead
     */
    default void requireFit(ParameterLayout layout) {}

    /**
     * κ of rates with a budget where the file leaves it out, as measured on all networks alike (step-sizes.md): a
     * direction that goes on for longer gathers more curvature than a step shows.
     */
    default double kappa(Problem problem) {
        return KAPPA;
    }

    /** What it stands for on the network of a run, where that is not said by its name. */
    default Optional<String> choiceFor(Problem problem) {
        return Optional.empty();
    }

    /** A direction that remembers. Each step calls one of the two {@code next}; both may modify the gradient. */
    interface Running extends AutoCloseable {
        /**
         * Looks at the batch of a step before {@code next}: gradient [P] ← ∇L(θ), and what else the method learns of a
         * batch.
         */
        default Value observe(Tensor theta, Objective batch, Tensor gradient) {
            return batch.gradient(theta, gradient);
        }

        /** The same; the value is handed to what uses it when {@link soopt.backend.Backend#then} would run it. */
        default void observe(Tensor theta, Objective batch, Tensor gradient, Consumer<Value> use) {
            batch.gradient(theta, gradient, use);
        }

        /**
         * Of the next step, before {@code observe}: equal for steps that are the same work for the device but for
         * scalars, which are done as one ({@link Objective#asOne}); empty for a step that makes matrices of the host's
         * anew.
         */
        Optional<Object> kind();

        /**
         * Observes the batch of a step, asks for the norm of its gradient and does what follows: as one where the step
         * is of a kind.
         *
         * @param key what kind of work follows
         */
        default void observe(
                Tensor theta, Objective batch, Tensor gradient, Readings readings, Object key, Runnable then) {
            Optional<Object> kind = kind();
            Runnable rest = () -> {
                readings.readGradient(batch.backend(), gradient);
                then.run();
            };
            if (kind.isPresent()) {
                batch.asOne(List.of(key, kind.get(), theta.place()), () -> {
                    observe(theta, batch, gradient, readings);
                    rest.run();
                });
            } else {
                readings.accept(observe(theta, batch, gradient));
                rest.run();
            }
        }

        /**
         * From now on {@link #takeBack} undoes a step, for as many numbers more as this remembers; false if it cannot.
         */
        default boolean keepsLast() {
            return false;
        }

        /** Undoes what the last {@code next} made of the memory. */
        default void takeBack() {
            throw new IllegalStateException("nothing of the step before was kept");
        }

        /** Takes in the gradient at θ [P]; gives u [P], always the same tensor, perhaps the gradient itself. */
        Tensor next(Tensor theta);

        /** Takes in the gradient at θ [P]; out [P] ← scale · u, in one pass less than u would take. */
        void nextScaled(Tensor theta, double scale, Tensor out);

        /** The step with what this learnt of the batch, for the record. */
        default Step recorded(Step step) {
            return step;
        }

        void save(State state);

        void restore(State state);

        @Override
        void close();
    }

    /** u = b ← μ b + (1 − dampening) G, first b = G; with Nesterov's momentum u = G + μ b (torch.optim.SGD 1.13). */
    @Doc("gradient with momentum")
    record Sgd(
            @Default("0.0")
            @Range(min = 0, below = 1)
            @Doc("μ: buffer ← μ buffer + (1 − dampening) gradient; 0 for none")
            double momentum,

            @Default("0.0")
            @Range(min = 0, below = 1)
            @Doc("1 − the weight of each gradient but the first in the buffer")
            double dampening,

            @Default("false") @Doc("direction = gradient + μ buffer; without dampening only")
            boolean nesterov,

            @Default("0.0") @Range(min = 0) @Doc("adds this times the parameters to the gradient")
            double weightDecay)
            implements Direction {
        public Sgd {
            Constraints.check(Sgd.class, momentum, dampening, nesterov, weightDecay);
            if (nesterov && (momentum == 0 || dampening != 0)) {
                throw new IllegalArgumentException(
                        "nesterov needs momentum > 0 and dampening 0, but they are " + momentum + " and " + dampening);
            }
        }

        @Override
        public Running start(Problem problem, Tensor gradient) {
            return new MomentumBuffer(this, problem.backend(), gradient);
        }
    }

    /**
     * u = m̂ / (√v̂ + ε) with the bias-corrected moments of the gradient (Kingma and Ba 2015, algorithm 1;
     * torch.optim.Adam 1.13). If cautious, u_i ← 0 where u_i g_i &lt; 0 for the gradient g of the step, the decay
     * included; g_i = 0 leaves it (Liang et al. 2024, arXiv 2411.16085, algorithm 1). They divide what is left by the
     * fraction of it, which is not done here: rates with a budget of curvature make up for it.
     */
    @Doc("Adam's direction")
    record Adam(
            @Default("0.9") @Range(min = 0, below = 1) @Doc("β₁: memory of the mean of the gradient")
            double beta1,

            @Default("0.999") @Range(min = 0, below = 1) @Doc("β₂: memory of the mean of its square")
            double beta2,

            @Default("1.0e-8") @Range(min = 0) @Doc("ε, added to the root of the mean square")
            double epsilon,

            @Default("0.0") @Range(min = 0) @Doc("adds this times the parameters to the gradient")
            double weightDecay,

            @Default("false")
            @Doc("numbers of the direction with the sign against the gradient's are 0, without rescaling")
            boolean cautious)
            implements Direction {
        public Adam {
            Constraints.check(Adam.class, beta1, beta2, epsilon, weightDecay, cautious);
        }

        @Override
        public Running start(Problem problem, Tensor gradient) {
            return new AdamMoments(this, problem.backend(), gradient);
        }
    }

    /**
     * u = m̂ / (√v̂ + ε) + w θ: the decay of the weights is no part of the moments (Loshchilov and Hutter 2019), nor of
     * what is 0 if {@link Adam#cautious}.
     */
    @Doc("Adam's direction with decoupled weight decay")
    record Adamw(
            @Default("0.9") @Range(min = 0, below = 1) @Doc("β₁: memory of the mean of the gradient")
            double beta1,

            @Default("0.999") @Range(min = 0, below = 1) @Doc("β₂: memory of the mean of its square")
            double beta2,

            @Default("1.0e-8") @Range(min = 0) @Doc("ε, added to the root of the mean square")
            double epsilon,

            @Default("0.01") @Range(min = 0) @Doc("w: adds this times the parameters to the direction")
            double weightDecay,

            @Default("false")
            @Doc("before the decay, numbers with the sign against the gradient's are 0, without rescaling")
            boolean cautious)
            implements Direction {
        public Adamw {
            Constraints.check(Adamw.class, beta1, beta2, epsilon, weightDecay, cautious);
        }

        private Adam withoutDecay() {
            return new Adam(beta1, beta2, epsilon, 0, cautious);
        }

        @Override
        public Running start(Problem problem, Tensor gradient) {
            return new DecoupledDecay(problem.backend(), withoutDecay().start(problem, gradient), weightDecay);
        }
    }

    /**
     * u = b ← μ b + V + λ_w θ, where V = G⁻¹ ∇W A⁻¹ for each layer with the averages of A and G, the Kronecker factors
     * of its block of the Fisher matrix, and damping (Martens and Grosse 2015; Grosse and Martens 2016).
     */
    @Doc("K-FAC: the gradient times the inverse of the Fisher matrix's Kronecker factors by layer")
    record KFac(
            @Default("0.03") @Range(above = 0) @Doc("λ, added to the diagonal of the Fisher matrix")
            double damping,

            @Default("true")
            @Doc("π√λ and √λ/π are added to the two factors (Martens and Grosse 2015, §6.3); else λ to their product")
            boolean factoredDamping,

            @Default("cholesky") @Doc("how the factors are inverted; without factored damping: eigen")
            KroneckerFactors.Inverse inverse,

            @Default("mc") @Doc("whose labels make the Fisher matrix")
            Fisher fisher,

            @Default("1") @Range(min = 1) @Doc("labels drawn for each example with fisher: mc")
            int draws,

            @Default("10") @Range(min = 1) @Doc("TCov: steps from one sample of the factors to the next")
            int statisticsPeriod,

            @Default("100") @Range(min = 1) @Doc("TInv: steps from one inversion of the factors to the next")
            int inversePeriod,

            @Default("0.95") @Range(min = 0, below = 1) @Doc("memory of the averages of the factors")
            double statisticsDecay,

            @Default("sample") @Doc("what the averages of the factors begin with")
            KroneckerFactors.Start statisticsStart,

            @Default("0.9") @Range(min = 0, below = 1) @Doc("μ: buffer ← μ buffer + direction; 0 for none")
            double momentum,

            @Default("0.0") @Range(min = 0) @Doc("adds this times the parameters to the direction")
            double weightDecay,

            @Default("0") @Range(min = 0) @Doc("number of first steps without weight decay")
            int weightDecayDelay)
            implements Direction {
        public KFac {
            Constraints.check(
                    KFac.class,
                    damping,
                    factoredDamping,
                    inverse,
                    fisher,
                    draws,
                    statisticsPeriod,
                    inversePeriod,
                    statisticsDecay,
                    statisticsStart,
                    momentum,
                    weightDecay,
                    weightDecayDelay);
            if (inverse == KroneckerFactors.Inverse.CHOLESKY && !factoredDamping) {
                throw new IllegalArgumentException(
                        "inverse cholesky needs factored-damping true: without it the eigenvalues are needed, inverse eigen");
            }
        }

        /** The same with μ = 0. */
        public KFac withoutMomentum() {
            return new KFac(
                    damping,
                    factoredDamping,
                    inverse,
                    fisher,
                    draws,
                    statisticsPeriod,
                    inversePeriod,
                    statisticsDecay,
                    statisticsStart,
                    0,
                    weightDecay,
                    weightDecayDelay);
        }

        @Override
        public double kappa(Problem problem) {
            return KAPPA_OF_MATRICES;
        }

        @Override
        public void requireFit(ParameterLayout layout) {
            KroneckerFactors.requireFit(layout);
        }

        @Override
        public Running start(Problem problem, Tensor gradient) {
            return start(problem, gradient, 0);
        }

        /** @param klClip κ: V ← V min(1, √(κ / (η² ⟨V, ∇L⟩))) where η is the step size; 0 for none */
        public Running start(Problem problem, Tensor gradient, double klClip) {
            KroneckerFactors.Damping kind =
                    factoredDamping ? KroneckerFactors.Damping.FACTORED : KroneckerFactors.Damping.EXACT;
            return new KroneckerDirection(
                    new KroneckerDirection.Options(
                            new KroneckerFactors.Options(statisticsDecay, statisticsStart, damping, kind, inverse),
                            fisher,
                            draws,
                            statisticsPeriod,
                            inversePeriod,
                            klClip,
                            momentum,
                            weightDecay,
                            weightDecayDelay),
                    problem,
                    gradient);
        }
    }

    /**
     * As K-FAC in the eigenbasis of its factors, but divided by the mean squares of single examples' gradients there
     * instead of products of eigenvalues (George et al. 2018, algorithm 1).
     */
    @Doc("EKFAC: K-FAC with the exact second moments in its eigenbasis (George et al. 2018)")
    record Ekfac(
            @Default("0.03") @Range(above = 0) @Doc("λ, added to the mean squares")
            double damping,

            @Default("mc") @Doc("whose labels make the Fisher matrix")
            Fisher fisher,

            @Default("1") @Range(min = 1) @Doc("labels drawn for each example with fisher: mc")
            int draws,

            @Default("10") @Range(min = 1) @Doc("steps from one sample of the factors and squares to the next")
            int statisticsPeriod,

            @Default("100") @Range(min = 1) @Doc("steps from one eigenbasis to the next")
            int inversePeriod,

            @Default("0.95") @Range(min = 0, below = 1) @Doc("memory of the averages of the factors and squares")
            double statisticsDecay,

            @Default("0.9") @Range(min = 0, below = 1) @Doc("μ: buffer ← μ buffer + direction; 0 for none")
            double momentum,

            @Default("0.0") @Range(min = 0) @Doc("adds this times the parameters to the direction")
            double weightDecay,

            @Default("0") @Range(min = 0) @Doc("number of first steps without weight decay")
            int weightDecayDelay)
            implements Direction {
        public Ekfac {
            Constraints.check(
                    Ekfac.class,
                    damping,
                    fisher,
                    draws,
                    statisticsPeriod,
                    inversePeriod,
                    statisticsDecay,
                    momentum,
                    weightDecay,
                    weightDecayDelay);
        }

        @Override
        public double kappa(Problem problem) {
            return KAPPA_OF_MATRICES;
        }

        @Override
        public void requireFit(ParameterLayout layout) {
            KroneckerFactors.requireFit(layout);
        }

        @Override
        public Running start(Problem problem, Tensor gradient) {
            return start(problem, gradient, 0);
        }

        /** @param klClip κ: V ← V min(1, √(κ / (η² ⟨V, ∇L⟩))) where η is the step size; 0 for none */
        public Running start(Problem problem, Tensor gradient, double klClip) {
            return new KroneckerDirection(
                    new KroneckerDirection.Options(
                            new KroneckerFactors.Options(
                                    statisticsDecay,
                                    KroneckerFactors.Start.SAMPLE,
                                    damping,
                                    KroneckerFactors.Damping.SQUARES,
                                    KroneckerFactors.Inverse.EIGEN),
                            fisher,
                            draws,
                            statisticsPeriod,
                            inversePeriod,
                            klClip,
                            momentum,
                            weightDecay,
                            weightDecayDelay),
                    problem,
                    gradient);
        }
    }

    /**
     * u = m̂ / (v̂^(k/2) + ε) + λ θ, m̂ the mean of the gradient and v̂ that of D², where D = |z ⊙ Hz| estimates the
     * diagonal of the Hessian from one random z of ±1 (Yao et al. 2021, algorithm 1 and eq. 9 to 11). D is averaged
     * over the positions of each kernel of a convolution (eq. 10) and kept between its computations.
     */
    @Doc("AdaHessian's direction: Adam with the diagonal of the Hessian for the gradient's square")
    record Adahessian(
            @Default("0.9") @Range(min = 0, below = 1) @Doc("β₁: memory of the mean of the gradient")
            double beta1,

            @Default("0.999") @Range(min = 0, below = 1) @Doc("β₂: memory of the mean of the diagonal's square")
            double beta2,

            @Default("1.0e-4") @Range(min = 0) @Doc("ε, added to the root of the mean square")
            double epsilon,

            @Default("1.0") @Range(above = 0, max = 1) @Doc("k: power of that root")
            double hessianPower,

            @Default("1") @Range(min = 1) @Doc("steps from one diagonal to the next")
            int period,

            @Default("true") @Doc("the diagonal is averaged over each kernel of a convolution")
            boolean spatialAveraging,

            @Default("1") @Range(min = 1) @Doc("neighbours in a row of a weight matrix that share a mean; 1 for none")
            int denseBlock,

            @Default("0.0") @Range(min = 0) @Doc("λ: adds this times the parameters to the direction")
            double weightDecay)
            implements Direction {
        public Adahessian {
            Constraints.check(
                    Adahessian.class,
                    beta1,
                    beta2,
                    epsilon,
                    hessianPower,
                    period,
                    spatialAveraging,
                    denseBlock,
                    weightDecay);
        }

        @Override
        public Running start(Problem problem, Tensor gradient) {
            Running running = new HessianMoments(this, problem, gradient);
            return weightDecay > 0 ? new DecoupledDecay(problem.backend(), running, weightDecay) : running;
        }
    }

    /**
     * u = b ← μ b + G ×₁ H₁^(−e/2k) … ×ₖ Hₖ^(−e/2k) for each tensor G with k axes, H_i ← H_i + G^(i) from H_i = ε I,
     * where G^(i) contracts G with itself over all axes but i (Gupta, Koren and Singer 2018, algorithms 1 and 2). With
     * a decay δ &lt; 1 H_i ← δ H_i + (1 − δ) G^(i), and eigenvalues are at least ε. A tensor with a long axis is cut
     * into blocks of nearly equal size, each with factors of its own (Anil et al. 2020, §4); what is grafted is the
     * length of the whole tensor.
     */
    @Doc("Shampoo: the gradient times a root of a matrix for each of its axes")
    record Shampoo(
            @Default("1.0") @Range(above = 0, max = 4) @Doc("e: each factor is raised to −e/2k for k axes")
            double exponent,

            @Default("1.0e-4") @Range(min = 0) @Doc("ε: what the factors begin with, and their least eigenvalue")
            double epsilon,

            @Default("20") @Range(min = 1) @Doc("steps from one computation of the roots to the next")
            int period,

            @Default("1.0") @Range(above = 0, max = 1) @Doc("δ: memory of the factors; 1 for sums")
            double decay,

            @Default("none") @Doc("whose length the direction has in each tensor")
            Grafting grafting,

            @Default("1024")
            @Range(min = 1, max = 20_000)
            @Doc("longer axes are cut into blocks of at most so many rows")
            int blockSize,

            @Default("0.9") @Range(min = 0, below = 1) @Doc("μ: buffer ← μ buffer + direction; 0 for none")
            double momentum,

            @Default("0.0") @Range(min = 0) @Doc("λ: adds this times the parameters to the direction")
            double weightDecay)
            implements Direction {
        /** The direction whose length is taken (Anil et al. 2020, §4.2). */
        public enum Grafting {
            @Doc("its own")
            NONE,
            @Doc("the gradient's")
            SGD,
            @Doc("Adam's")
            ADAM
        }

        public Shampoo {
            Constraints.check(
                    Shampoo.class, exponent, epsilon, period, decay, grafting, blockSize, momentum, weightDecay);
        }

        @Override
        public double kappa(Problem problem) {
            return KAPPA_OF_MATRICES;
        }

        @Override
        public Running start(Problem problem, Tensor gradient) {
            return new ShampooDirection(this, problem, gradient);
        }
    }

    /**
     * u = Uᵀ [m̂ / (√v̂ + ε)] + λ θ, where Adam's moments are those of U G = G ×₁ U₁ … ×ₖ Uₖ for each tensor G with k
     * axes, and the rows of U_i are eigenvectors of H_i ← δ H_i + (1 − δ) G^(i), Shampoo's factor (Vyas et al. 2024,
     * algorithm 3). Where only every p-th gradient is taken in, δᵖ stands for δ. All k axes are turned, in kernels too;
     * what has one axis follows Adam. A step uses the eigenvectors made before it: the first one is Adam's, where the
     * authors' program makes none. A power iteration takes v̂ along in the order of the eigenvalues, as theirs; with
     * new eigenvectors U′ it is (U′Uᵀ)² entry by entry times v̂. Two things are not theirs: a matrix may have the axes
     * of the images that it takes or makes, short enough to be turned where one axis of all pixels is not; and the axes
     * of the units may be left as they are.
     */
    @Doc("SOAP: Adam's direction in the eigenbases of Shampoo's matrices")
    record Soap(
            @Default("0.95") @Range(min = 0, below = 1) @Doc("β₁: memory of the mean of the gradient")
            double beta1,

            @Default("0.95") @Range(min = 0, below = 1) @Doc("β₂: memory of the mean of its square")
            double beta2,

            @Default("1.0e-8") @Range(min = 0) @Doc("ε, added to the root of the mean square")
            double epsilon,

            @Default("0.95") @Range(min = 0, below = 1) @Doc("δ: memory of the factors")
            double decay,

            @Default("1")
            @Range(min = 1)
            @Doc("steps along one direction, which is made of the mean gradient of as many")
            int hold,

            @Default("1") @Range(min = 1) @Doc("steps from one gradient in the factors to the next")
            int statisticsPeriod,

            @Default("10") @Range(min = 1) @Doc("steps from one refresh of the eigenvectors to the next")
            int period,

            @Default("power-iteration") @Doc("how the eigenvectors are refreshed")
            Basis basis,

            @Default("1024")
            @Range(min = 1, max = 20_000)
            @Doc("longer axes are cut into blocks of at most so many rows")
            int blockSize,

            @Default("false")
            @Doc("a matrix whose inputs or outputs are images of the data has their axes: channels, height, width")
            boolean imageAxes,

            @Default("both") @Doc("which axes have bases") Sides sides,

            @Default("0.0") @Range(min = 0) @Doc("λ: adds this times the parameters to the direction")
            double weightDecay)
            implements Direction {
        /** Whose axes are turned. */
        public enum Sides {
            @Doc("those of the units of a layer and those of their inputs")
            BOTH,
            @Doc("those of the inputs")
            INPUTS
        }

        /** What is made of a factor after the first time, which takes all eigenvectors. */
        public enum Basis {
            @Doc("one power iteration from the last ones, made orthonormal")
            POWER_ITERATION,
            @Doc("anew each time")
            EIGEN
        }

        public Soap {
            Constraints.check(
                    Soap.class,
                    beta1,
                    beta2,
                    epsilon,
                    decay,
                    hold,
                    statisticsPeriod,
                    period,
                    basis,
                    blockSize,
                    imageAxes,
                    sides,
                    weightDecay);
        }

        /** The same memory in steps where every {@link #hold}-th counts alone: δ^h, β^h, T/h rounded up. */
        private Soap ofHeld() {
            return new Soap(
                    Math.pow(beta1, hold),
                    Math.pow(beta2, hold),
                    epsilon,
                    Math.pow(decay, hold),
                    1,
                    (statisticsPeriod + hold - 1) / hold,
                    (period + hold - 1) / hold,
                    basis,
                    blockSize,
                    imageAxes,
                    sides,
                    weightDecay);
        }

        /**
         * 0.0013 max(1, √(P / 62,000)), which is near the best on networks of 62,000 parameters (a LeNet-5) to 9
         * million. In a wide network a batch takes its own errors back faster than others add to them.
         */
        @Override
        public double kappa(Problem problem) {
            return 0.0013 * Math.max(1, Math.sqrt(problem.layout().size() / 62e3));
        }

        @Override
        public Running start(Problem problem, Tensor gradient) {
            Running running = new SoapDirection(hold > 1 ? ofHeld() : this, problem, gradient);
            running = weightDecay > 0 ? new DecoupledDecay(problem.backend(), running, weightDecay) : running;
            return hold > 1 ? new HeldDirection(problem.backend(), running, gradient, hold) : running;
        }
    }

    /**
     * u = 0.2 √max(m, n) O(g + μ b) + λ θ with b ← μ b + g for each weight [m, n] but those of the last layer. O nearly
     * sets all singular values to 1, by iterations with odd polynomials (Jordan et al. 2024; the length and the decay
     * as in Liu et al. 2025, §2.2). Kernels are matrices [out, in·k·k]. Large matrices may be cut into blocks of r
     * rows, each a matrix of its own: some m r n multiply-adds instead of m² n (Khaled et al. 2025, without their steps
     * of whole matrices). All else follows the direction of {@link Adam}, which alone is cautious.
     */
    @Doc("Muon: the momentum of weight matrices made orthogonal, Adam's direction for the rest")
    record Muon(
            @Default("0.95") @Range(min = 0, below = 1) @Doc("μ: Nesterov's momentum of the matrices")
            double momentum,

            @Default("0.9") @Range(min = 0, below = 1) @Doc("β₁ of Adam for the rest")
            double beta1,

            @Default("0.999") @Range(min = 0, below = 1) @Doc("β₂ of Adam for the rest")
            double beta2,

            @Default("1.0e-8") @Range(min = 0) @Doc("ε of Adam for the rest")
            double epsilon,

            @Default("0.0") @Range(min = 0) @Doc("λ: adds this times the parameters to the direction")
            double weightDecay,

            @Default("jordan") @Doc("what makes a matrix orthogonal")
            Polynomials polynomials,

            @Default("1") @Range(min = 1) @Doc("steps along one orthogonal matrix; the momentum is of all gradients")
            int hold,

            @Range(above = 0)
            @Doc("most work for that, in gradients of a batch: the cheapest matrices come first, and those beyond"
                    + " follow Adam; no bound if left out")
            Optional<Double> mostWork,

            @Range(min = 1)
            @Doc("matrices with more rows and more columns are cut into blocks of at most so many rows, each made"
                    + " orthogonal by itself; whole if left out")
            Optional<Integer> blockSize,

            @Default("false") @Doc("cautious of Adam for the rest: its numbers against the gradient are 0")
            boolean cautious)
            implements Direction {
        public Muon {
            Constraints.check(
                    Muon.class,
                    momentum,
                    beta1,
                    beta2,
                    epsilon,
                    weightDecay,
                    polynomials,
                    hold,
                    mostWork,
                    blockSize,
                    cautious);
        }

        /**
         * 0.01, or P / (5 · 10⁷) from half a million numbers P in the kernels that it makes orthogonal to ten million,
         * which is near the best on VGG-11′. Divided by ∜h where a matrix is held for h steps, which add up more of
         * their curvature than one shows.
         */
        @Override
        public double kappa(Problem problem) {
            double kernels = MuonDirection.affordable(this, problem).stream()
                    .filter(parameter -> parameter.shape().size() > 2)
                    .mapToDouble(ParameterLayout.Parameter::size)
                    .sum();
            return KAPPA_OF_MATRICES * Math.max(1, Math.min(20, kernels / 5e5)) / Math.pow(hold, 0.25);
        }

        @Override
        public Running start(Problem problem, Tensor gradient) {
            return new MuonDirection(this, problem, gradient);
        }
    }

    /**
     * What pays on the network: {@link Soap} with image axes, held for two steps, if its work is at most {@code
     * mostWork} gradients of the batch where it makes a direction; else {@link Muon} with {@link Polynomials#MINIMAX}
     * in blocks of 128 rows, held for the fewest steps of 1, 2 and 4 in whose mean it takes at most 0.4 of that, or for
     * four and the matrices that fit; else {@link Adam}, or {@link Adamw} where the weights decay, for no choice decays
     * by the gradient. Adam's direction is cautious. Work is counted in multiplications, so that the same file chooses
     * the same everywhere.
     */
    @Doc("soap if it takes at most most-work, else muon, held for so long that it fits into 0.4 of that, and cautious"
            + " adam for the rest; else cautious adam")
    record Auto(
            @Default("1.0") @Range(above = 0) @Doc("most work beside the gradient, in gradients of a batch")
            double mostWork,

            @Default("0.0") @Range(min = 0) @Doc("λ: adds this times the parameters to the direction")
            double weightDecay)
            implements Direction {
        private static final int LONGEST = 4;

        public Auto {
            Constraints.check(Auto.class, mostWork, weightDecay);
        }

        /** The direction it stands for. */
        public Direction choice(Problem problem) {
            Soap soap = Binder.standard(Soap.class, Map.of("weight-decay", weightDecay, "image-axes", true, "hold", 2));
            if (fits(soap, problem)) {
                return soap;
            }
            return IntStream.of(1, 2, LONGEST)
                    .mapToObj(this::muon)
                    .filter(muon -> MuonDirection.affordsAll(muon, problem))
                    .findFirst()
                    .or(() -> Optional.of(muon(LONGEST))
                            .filter(muon ->
                                    !MuonDirection.affordable(muon, problem).isEmpty()))
                    .<Direction>map(muon -> muon)
                    .orElseGet(this::adam);
        }

        private Muon muon(int hold) {
            return Binder.standard(
                    Muon.class,
                    Map.of(
                            "weight-decay",
                            weightDecay,
                            "polynomials",
                            Polynomials.MINIMAX,
                            "hold",
                            hold,
                            "most-work",
                            Optional.of(0.4 * mostWork),
                            "block-size",
                            Optional.of(128),
                            "cautious",
                            true));
        }

        private Direction adam() {
            return weightDecay > 0
                    ? Binder.standard(Adamw.class, Map.of("weight-decay", weightDecay, "cautious", true))
                    : Binder.standard(Adam.class, Map.of("cautious", true));
        }

        private boolean fits(Soap soap, Problem problem) {
            return new TurnedAxes(soap).work(problem.layout()) <= mostWork * problem.gradientWork();
        }

        @Override
        public Optional<String> choiceFor(Problem problem) {
            Direction choice = choice(problem);
            if (choice instanceof Soap soap) {
                return Optional.of("soap" + held(soap.hold()));
            }
            if (!(choice instanceof Muon muon)) {
                return Optional.of(Choices.name(choice.getClass()));
            }
            String weights = MuonDirection.affordsAll(muon, problem)
                    ? "all hidden weights"
                    : MuonDirection.affordable(muon, problem).stream()
                            .map(ParameterLayout.Parameter::name)
                            .collect(Collectors.joining(", "));
            return Optional.of("muon for " + weights + held(muon.hold()) + ", adam for the rest");
        }

        private static String held(int hold) {
            return hold > 1 ? ", held for " + hold + " steps" : "";
        }

        @Override
        public double kappa(Problem problem) {
            return choice(problem).kappa(problem);
        }

        @Override
        public Running start(Problem problem, Tensor gradient) {
            return choice(problem).start(problem, gradient);
        }
    }
}
