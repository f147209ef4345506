package soopt.model;

import java.util.List;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;
import soopt.model.layer.Layer;
import soopt.model.loss.Loss;
import soopt.model.tangent.Directions;
import soopt.model.tangent.Jets;
import soopt.model.tangent.Pass;
import soopt.model.tangent.Round;
import soopt.model.tangent.Summation;
import soopt.model.tangent.Tangent;
import soopt.model.tangent.ThirdOrder;

/**
 * The mean loss of a network on one batch, with derivatives from one forward pass, one backward pass and forward
 * tangents.
 */
final class NetworkObjective implements Objective {
    private final Network network;
    private final Backend backend;
    private final Tensor inputs;
    private final Tensor targets;
    private final long budget;
    private double correct = Double.NaN;

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

    private Pass pass(Tensor theta, Pass.Depth depth) {
        return new Pass(backend, network.layout(), theta, inputs, depth);
    }

    @Override
    public double loss(Tensor theta) {
        try (Pass pass = pass(theta, Pass.Depth.VALUE)) {
            Tensor outputs = network.forward(network.stages(pass), pass, inputs);
            return network.loss().begin(pass, examples()).value(outputs, targets);
        }
    }

    @Override
    public double gradient(Tensor theta, Tensor gradient) {
        try (Pass pass = pass(theta, Pass.Depth.GRADIENT)) {
            List<Layer.Stage> layers = network.stages(pass);
            double value = forwardAndBackward(pass, layers, network.loss().begin(pass, examples()), inputs, targets);
            layers.forEach(layer -> layer.parameterGradient(gradient));
            return value;
        }
    }

    @Override
    public double correct() {
        return correct;
    }

    private double forwardAndBackward(Pass pass, List<Layer.Stage> layers, Loss.Stage loss, Tensor x, Tensor t) {
        Tensor outputs = network.forward(layers, pass, x);
        Tensor adjoint = pass.allocate(outputs.shape());
        if (pass.depth() == Pass.Depth.GRADIENT && network.loss().isClassification()) {
            correct = backend.countCorrect(outputs, t);
        }
        double value = loss.valueAndGradient(outputs, t, adjoint);
        network.backward(layers, adjoint);
        return value;
    }

    @Override
    public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
        Summation sums = new Summation(partition.size());
        Optional<ThirdOrder> third =
                order == Order.THIRD_FULL ? Optional.of(new ThirdOrder(backend, partition.size())) : Optional.empty();
        SummaryPlan plan = new SummaryMemory(network, backend.precision(), backend::scratch, partition, order)
                .plan(examples(), budget);
        for (int from = 0; from < examples(); from += plan.examples()) {
            int to = Math.min(examples(), from + plan.examples());
            Tensor x = inputs.rows(from, to);
            Tensor t = targets.rows(from, to);
            try (Pass pass = new Pass(backend, network.layout(), theta, x, Pass.Depth.CURVATURE)) {
                Chunk chunk =
                        new Chunk(pass, network.stages(pass), network.loss().begin(pass, examples()));
                sums.addLoss(forwardAndBackward(pass, chunk.layers(), chunk.loss(), x, t));
                plan.directions()
                        .forEachRound(round ->
                                addRound(chunk, new Directions(backend, u, partition, round), order, sums, third));
            }
        }
        return sums.result(order != Order.SECOND, third.map(ThirdOrder::result).orElse(new double[0][][]));
    }

    /** Examples worked on at once, after their forward and backward pass. */
    private record Chunk(Pass pass, List<Layer.Stage> layers, Loss.Stage loss) {}

    /** Adds what one round counts for the examples of the chunk, each with its weight 1/N of the whole batch. */
    private void addRound(Chunk chunk, Directions directions, Order order, Summation sums, Optional<ThirdOrder> third) {
        Round round = directions.round();
        if (round.fewest() <= 2) {
            sums.begin(round);
            boolean second = order != Order.SECOND && round.fewest() == 1;
            try (Jets jets = new Jets(directions, chunk.pass().examples(), second)) {
                addSummary(chunk, jets, round.isOnly() && third.isEmpty(), sums);
            }
        }
        third.ifPresent(sum -> {
            sum.begin(round);
            addThirdFull(chunk, directions, sum);
        });
    }

    /** @param last whether nothing is needed after it, so that layers return what they keep on the way */
    private void addSummary(Chunk chunk, Jets jets, boolean last, Summation sums) {
        for (int i = network.firstOwner(); i < chunk.layers().size(); i++) {
            chunk.layers().get(i).summarize(jets, sums);
            if (last) {
                chunk.layers().get(i).release();
            }
        }
        if (jets.n1() > 0) {
            chunk.loss().summarize(jets, sums);
        }
    }

    /** All of D³L[u_i, u_j, u_k] from tangents of the states and of the adjoints (curvature.md §7). */
    private void addThirdFull(Chunk chunk, Directions directions, ThirdOrder third) {
        int mark = chunk.pass().mark();
        Tensor dy = tangents(chunk.layers(), directions);
        backwardTangents(chunk.pass(), chunk.layers(), chunk.loss(), dy, directions);
        for (int i = network.firstOwner(); i < chunk.layers().size(); i++) {
            chunk.layers().get(i).contractThird(directions, third);
        }
        chunk.loss().contractThird(dy, third);
        chunk.pass().releaseSince(mark);
    }

    private Tensor tangents(List<Layer.Stage> layers, Directions directions) {
        Tangent dx = Tangent.ZERO;
        for (int i = network.firstOwner(); i < layers.size(); i++) {
            dx = layers.get(i).tangent(dx, directions);
        }
        if (dx instanceof Tangent.Of outputs) {
            return outputs.values();
        }
        throw new IllegalStateException("a network without parameters has no tangents");
    }

    private void backwardTangents(
            Pass pass, List<Layer.Stage> layers, Loss.Stage loss, Tensor dy, Directions directions) {
        Tensor ddy = pass.allocate(dy.shape());
        loss.hessian(dy, ddy);
        for (int i = layers.size() - 1; i > network.firstOwner(); i--) {
            ddy = layers.get(i).backwardTangent(ddy, directions);
        }
        layers.get(network.firstOwner()).keepAdjointTangent(ddy);
    }

    @Override
    public void hessianVector(Tensor theta, Tensor v, Tensor out) {
        try (Pass pass = pass(theta, Pass.Depth.CURVATURE)) {
            List<Layer.Stage> layers = network.stages(pass);
            Loss.Stage loss = network.loss().begin(pass, examples());
            forwardAndBackward(pass, layers, loss, inputs, targets);
            Directions directions = Directions.whole(backend, v, layout());
            backwardTangents(pass, layers, loss, tangents(layers, directions), directions);
            layers.forEach(layer -> layer.parameterGradientTangent(0, out));
        }
    }

    @Override
    public void gaussNewtonVector(Tensor theta, Tensor v, Tensor out) {
        try (Pass pass = pass(theta, Pass.Depth.GRADIENT)) {
            List<Layer.Stage> layers = network.stages(pass);
            Loss.Stage loss = network.loss().begin(pass, examples());
            Tensor outputs = network.forward(layers, pass, inputs);
            Tensor adjoint = pass.allocate(outputs.shape());
            loss.valueAndGradient(outputs, targets, adjoint);
            loss.hessian(tangents(layers, Directions.whole(backend, v, layout())), adjoint);
            network.backward(layers, adjoint);
            layers.forEach(layer -> layer.parameterGradient(out));
        }
    }
}
