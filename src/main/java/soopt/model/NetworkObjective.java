package soopt.model;

import java.util.List;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;

/** The mean loss of a network on one batch, with derivatives from one forward pass, one backward pass and forward tangents. */
final class NetworkObjective implements Objective {
    private final Network network;
    private final Backend backend;
    private final Tensor inputs;
    private final Tensor targets;
    private double correct = Double.NaN;

    NetworkObjective(Network network, Backend backend, Tensor inputs, Tensor targets) {
        this.network = network;
        this.backend = backend;
        this.inputs = inputs;
        this.targets = targets;
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
            Tensor outputs = network.forward(network.evaluations(pass), pass, inputs);
            return network.loss().evaluate(pass, examples()).value(outputs, targets);
        }
    }

    @Override
    public double gradient(Tensor theta, Tensor gradient) {
        try (Pass pass = pass(theta, Pass.Depth.GRADIENT)) {
            List<Layer.Evaluation> layers = network.evaluations(pass);
            double value = forwardAndBackward(pass, layers, network.loss().evaluate(pass, examples()));
            layers.forEach(layer -> layer.parameterGradient(gradient));
            return value;
        }
    }

    @Override
    public double correct() {
        return correct;
    }

    private double forwardAndBackward(Pass pass, List<Layer.Evaluation> layers, Loss.Evaluation loss) {
        Tensor outputs = network.forward(layers, pass, inputs);
        Tensor adjoint = pass.allocate(outputs.shape());
        correct = network.loss().isClassification() ? backend.countCorrect(outputs, targets) : Double.NaN;
        double value = loss.valueAndGradient(outputs, targets, adjoint);
        network.backward(layers, adjoint);
        return value;
    }

    @Override
    public CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
        Directions directions = new Directions(backend, u, partition);
        Summation sums = new Summation(partition.size());
        try (Pass pass = pass(theta, Pass.Depth.CURVATURE)) {
            List<Layer.Evaluation> layers = network.evaluations(pass);
            Loss.Evaluation loss = network.loss().evaluate(pass, examples());
            sums.addLoss(forwardAndBackward(pass, layers, loss));
            try (Jets jets = new Jets(directions, examples(), order != Order.SECOND)) {
                for (int i = network.firstOwner(); i < layers.size(); i++) {
                    layers.get(i).summarize(jets, sums);
                }
                if (jets.n1() > 0) {
                    loss.summarize(jets, sums);
                }
            }
            double[][][] full =
                    order == Order.THIRD_FULL ? thirdFull(pass, layers, loss, directions) : new double[0][][];
            return sums.result(order != Order.SECOND, full);
        }
    }

    /** All of D³L[u_i, u_j, u_k] from tangents of the states and of the adjoints (CURVATURE.md §7). */
    private double[][][] thirdFull(
            Pass pass, List<Layer.Evaluation> layers, Loss.Evaluation loss, Directions directions) {
        ThirdOrder third = new ThirdOrder(backend, directions.count());
        Tensor dy = tangents(layers, directions);
        backwardTangents(pass, layers, loss, dy, directions);
        for (int i = network.firstOwner(); i < layers.size(); i++) {
            layers.get(i).contractThird(directions, third);
        }
        loss.contractThird(dy, third);
        return third.result();
    }

    private Tensor tangents(List<Layer.Evaluation> layers, Directions directions) {
        Tensor dx = null;
        for (int i = network.firstOwner(); i < layers.size(); i++) {
            dx = layers.get(i).tangent(dx, directions);
        }
        return dx;
    }

    private void backwardTangents(
            Pass pass, List<Layer.Evaluation> layers, Loss.Evaluation loss, Tensor dy, Directions directions) {
        Tensor ddy = pass.allocate(dy.shape());
        loss.hessian(dy, ddy);
        for (int i = layers.size() - 1; i >= network.firstOwner(); i--) {
            ddy = layers.get(i).backwardTangent(ddy, directions, i > network.firstOwner());
        }
    }

    @Override
    public void hessianVector(Tensor theta, Tensor v, Tensor out) {
        try (Pass pass = pass(theta, Pass.Depth.CURVATURE)) {
            List<Layer.Evaluation> layers = network.evaluations(pass);
            Loss.Evaluation loss = network.loss().evaluate(pass, examples());
            forwardAndBackward(pass, layers, loss);
            Directions directions = Directions.whole(backend, v, layout());
            backwardTangents(pass, layers, loss, tangents(layers, directions), directions);
            layers.forEach(layer -> layer.parameterGradientTangent(0, out));
        }
    }

    @Override
    public void gaussNewtonVector(Tensor theta, Tensor v, Tensor out) {
        try (Pass pass = pass(theta, Pass.Depth.GRADIENT)) {
            List<Layer.Evaluation> layers = network.evaluations(pass);
            Loss.Evaluation loss = network.loss().evaluate(pass, examples());
            Tensor outputs = network.forward(layers, pass, inputs);
            Tensor adjoint = pass.allocate(outputs.shape());
            loss.valueAndGradient(outputs, targets, adjoint);
            loss.hessian(tangents(layers, Directions.whole(backend, v, layout())), adjoint);
            network.backward(layers, adjoint);
            layers.forEach(layer -> layer.parameterGradient(out));
        }
    }
}
