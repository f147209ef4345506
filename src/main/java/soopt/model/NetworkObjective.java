package soopt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Linearization;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.curvature.SummedLinearization;
import soopt.curvature.TaylorTerms;
import soopt.curvature.Value;
import soopt.model.tangent.Directions;
import soopt.model.tangent.Jets;
import soopt.model.tangent.Pass;
import soopt.model.tangent.Round;
import soopt.model.tangent.Series;
import soopt.model.tangent.SeriesSums;
import soopt.model.tangent.Summation;
import soopt.model.tangent.ThirdOrder;

/**
 * The mean loss of a network on one batch, with derivatives from one forward pass, one backward pass and forward
 * tangents.
 */
final class NetworkObjective implements Objective {
    /** Kept of each number that a layer puts out: {@link SummaryMemory}'s count and one tangent each way. */
    private static final int PER_NUMBER = 5;

    private final Network network;
    private final Backend backend;
    private final Tensor inputs;
    private final Tensor targets;
    private final long budget;

    /** @param budget bytes that a curvature pass may take beyond the batch and the vectors [P] */
    NetworkObjective(Network network, Backend backend, Tensor inputs, Tensor targets, long budget) {
        this.network = network;
        this.backend = backend;
        this.inputs = inputs;
        this.targets = targets;
        this.budget = budget;
    }

    @Override
    public ParameterLayout layout() {
        return network.layout();
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public int examples() {
        return inputs.length(0);
    }

    @Override
    public Optional<Objective> part(int from, int to) {
        return Optional.of(
                new NetworkObjective(network, backend, inputs.rows(from, to), targets.rows(from, to), budget));
    }

    @Override
    public double loss(Tensor theta) {
        double[] loss = new double[1];
        asOne(List.of("loss", theta.place()), () -> {
            try (Pass pass = new Pass(backend, network.layout(), theta, inputs, Pass.Depth.VALUE)) {
                Tensor outputs = network.forward(network.stages(pass), pass, inputs);
                network.loss().begin(pass, examples()).value(outputs, targets, value -> loss[0] = value);
            }
            backend.await();
        });
        return loss[0];
    }

    @Override
    public Value gradient(Tensor theta, Tensor gradient) {
        AtomicReference<Value> value = new AtomicReference<>();
        asOne(List.of("gradient", theta.place(), gradient.place()), () -> {
            gradient(theta, gradient, value::set);
            backend.await();
        });
        return value.get();
    }

    @Override
    public void gradient(Tensor theta, Tensor gradient, Consumer<Value> use) {
        try (NetworkPass pass = pass(theta, Pass.Depth.GRADIENT, 0, examples())) {
            pass.gradient(gradient);
            pass.count();
            backend.then(() -> use.accept(pass.counted()));
        }
    }

    @Override
    public void asOne(Object key, Runnable work) {
        backend.recorded(List.of(key, inputs.place(), examples()), () -> backend.together(work));
    }

    /** A pass over some of the examples, each with its weight 1/N of the whole batch. */
    private NetworkPass pass(Tensor theta, Pass.Depth depth, int from, int to) {
        Pass pass = new Pass(backend, network.layout(), theta, inputs.rows(from, to), depth);
        return new NetworkPass(network, pass, targets.rows(from, to), examples());
    }

    @Override
    public Linearization at(Tensor theta, Linearization.Use use) {
        Pass.Depth depth = use == Linearization.Use.HESSIAN ? Pass.Depth.CURVATURE : Pass.Depth.GRADIENT;
        long bytes = PER_NUMBER
                * Arrays.stream(network.widths()).sum()
                * backend.precision().bytes();
        long fitting = Math.max(1, budget / Math.max(1, bytes));
        if (fitting >= examples()) {
            return pass(theta, depth, 0, examples());
        }
        int chunks = (int) ((examples() + fitting - 1) / fitting);
        int chunk = (examples() + chunks - 1) / chunks;
        return new SummedLinearization(backend, layout(), chunks, i -> {
            int from = i * chunk;
            return new SummedLinearization.Term(pass(theta, depth, from, Math.min(examples(), from + chunk)), 1);
        });
    }

    @Override
    public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
        Summation sums = new Summation(partition.size());
        Optional<ThirdOrder> third =
                order == Order.THIRD_FULL ? Optional.of(new ThirdOrder(backend, partition.size())) : Optional.empty();
        SummaryPlan plan = new SummaryMemory(network, backend.precision(), backend::scratch, partition, order)
                .plan(examples(), budget);
        for (int from = 0; from < examples(); from += plan.examples()) {
            int first = from;
            int last = Math.min(examples(), from + plan.examples());
            Runnable chunk = () -> {
                try (NetworkPass pass = pass(theta, Pass.Depth.CURVATURE, first, last)) {
                    pass.backward();
                    backend.then(() -> sums.addLoss(pass.loss()));
                    plan.directions()
                            .forEachRound(round ->
                                    addRound(pass, new Directions(backend, u, partition, round), order, sums, third));
                }
            };
            if (third.isPresent()) {
                // D̄³ in full takes its contractions at once
                chunk.run();
            } else {
                Object key = List.of("summary", order, partition.size(), first, last, theta.place(), u.place());
                asOne(key, chunk);
            }
        }
        return sums.result(order != Order.SECOND, third.map(ThirdOrder::result).orElse(new double[0][][]));
    }

    /** Of L along the groups and along u in one pass: u is carried as a group of all parameters beside the others. */
    @Override
    public TaylorTerms taylor(Tensor theta, Tensor u, Partition partition, int order) {
        Partition directions = withWhole(partition);
        // the coefficient of t² needs x_1, that of t too: by sources alone
        int carried = Math.max(2, order);
        SeriesSums sums = new SeriesSums(directions.size(), order);
        SummaryPlan plan = new TaylorMemory(network, backend.precision(), backend::scratch, directions, carried)
                .plan(examples(), budget);
        for (int from = 0; from < examples(); from += plan.examples()) {
            int to = Math.min(examples(), from + plan.examples());
            try (NetworkPass pass = pass(theta, Pass.Depth.SERIES, from, to)) {
                pass.backward();
                sums.addLoss(pass.loss());
                plan.directions().forEachRound(round -> {
                    sums.begin(round);
                    Directions some = new Directions(backend, u, directions, round);
                    try (Series series = new Series(some, pass.examples(), carried)) {
                        pass.addTaylor(series, sums);
                    }
                });
            }
        }
        return sums.result();
    }

    /** The groups, and all parameters as one more; alone if there is one group, which is all of them. */
    private static Partition withWhole(Partition partition) {
        if (partition.size() == 1) {
            return partition;
        }
        List<Partition.Group> groups = new ArrayList<>(partition.groups());
        groups.addAll(Partition.whole(partition.layout()).groups());
        return new Partition(partition.layout(), groups);
    }

    /** Adds what one round counts for the examples of the chunk, each with its weight 1/N of the whole batch. */
    private void addRound(
            NetworkPass pass, Directions directions, Order order, Summation sums, Optional<ThirdOrder> third) {
        Round round = directions.round();
        if (round.fewest() <= 2) {
            backend.then(() -> sums.begin(round));
            boolean second = order != Order.SECOND && round.fewest() == 1;
            try (Jets jets = new Jets(directions, pass.examples(), second)) {
                pass.addSummary(jets, round.isOnly() && third.isEmpty(), sums);
            }
        }
        third.ifPresent(sum -> {
            sum.begin(round);
            pass.addThirdFull(directions, sum);
        });
    }
}
