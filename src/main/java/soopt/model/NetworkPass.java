package soopt.model;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import soopt.backend.Tensor;
import soopt.curvature.Fisher;
import soopt.curvature.Linearization;
import soopt.curvature.Metric;
import soopt.curvature.Value;
import soopt.curvature.fisher.FactorVisitor;
import soopt.curvature.fisher.FactoredLayer;
import soopt.curvature.fisher.OutputAdjoints;
import soopt.curvature.fisher.Sampler;
import soopt.model.layer.Layer;
import soopt.model.loss.Loss;
import soopt.model.tangent.Directions;
import soopt.model.tangent.Jets;
import soopt.model.tangent.Pass;
import soopt.model.tangent.Series;
import soopt.model.tangent.SeriesSums;
import soopt.model.tangent.Summation;
import soopt.model.tangent.Tangent;
import soopt.model.tangent.ThirdOrder;
import soopt.random.RandomStreams;

/**
 * One pass of a network over a batch or a part of it: forward at once, backward when something first needs it. Products
 * change nothing of either, so that any number of them may follow one another in any order.
 */
final class NetworkPass implements Linearization {
    private final Network network;
    private final Pass pass;
    private final List<Layer.Stage> layers;
    private final Loss.Stage loss;
    private final Tensor targets;
    private final Tensor outputs;
    private final Tensor adjoint;
    private double value;
    private double correct = Double.NaN;
    private final int total;
    private boolean wentBack;

    /**
     * @param pass of the inputs; closed with this
     * @param targets of the same examples
     * @param total number of examples that the mean is over
     */
    NetworkPass(Network network, Pass pass, Tensor targets, int total) {
        this.network = network;
        this.pass = pass;
        this.total = total;
        this.targets = targets;
        this.layers = network.stages(pass);
        this.loss = network.loss().begin(pass, total);
        this.outputs = network.forward(layers, pass, pass.input());
        this.adjoint = pass.allocate(outputs.shape());
        loss.valueAndGradient(outputs, targets, adjoint, number -> value = number);
    }

    /** The part of L that these examples have. */
    double loss() {
        return value;
    }

    /** Counts the examples that are classified right, for {@link #counted}. */
    void count() {
        if (network.loss().isClassification()) {
            pass.backend().countCorrect(outputs, targets, number -> correct = number);
        }
    }

    /** What {@link #count} found; after the end of what it was called together with. */
    Value counted() {
        return new Value(value, correct);
    }

    @Override
    public Value value() {
        count();
        pass.backend().await();
        return counted();
    }

    @Override
    public void value(Consumer<Value> use) {
        count();
        pass.backend().then(() -> use.accept(counted()));
    }

    int examples() {
        return pass.examples();
    }

    /** Carries ∂L/∂outputs down, once. */
    void backward() {
        if (!wentBack) {
            network.backward(layers, adjoint);
            wentBack = true;
        }
    }

    @Override
    public void gradient(Tensor out) {
        backward();
        layers.forEach(layer -> layer.parameterGradient(out));
    }

    /** @param last whether nothing is needed after it, so that layers return what they keep on the way */
    void addSummary(Jets jets, boolean last, Summation sums) {
        pass.backend().together(() -> summarize(jets, last, sums));
    }

    private void summarize(Jets jets, boolean last, Summation sums) {
        for (int i = network.firstOwner(); i < layers.size(); i++) {
            layers.get(i).summarize(jets, sums);
            if (last) {
                layers.get(i).release();
            }
        }
        if (jets.n1() > 0) {
            loss.summarize(jets, sums);
        }
    }

    /** Adds the Taylor coefficients of L along all directions (curvature.md §10). */
    void addTaylor(Series series, SeriesSums sums) {
        for (int i = network.firstOwner(); i < layers.size(); i++) {
            layers.get(i).taylor(series, sums);
        }
        loss.taylor(series, sums);
    }

    /** All of D³L[u_i, u_j, u_k] from tangents of the states and of the adjoints (curvature.md §7). */
    void addThirdFull(Directions directions, ThirdOrder third) {
        int mark = pass.mark();
        Tensor dy = tangents(directions);
        Tensor ddy = pass.allocate(dy.shape());
        loss.hessian(dy, ddy);
        backwardTangents(ddy, directions);
        for (int i = network.firstOwner(); i < layers.size(); i++) {
            layers.get(i).contractThird(directions, third);
        }
        loss.contractThird(dy, third);
        pass.releaseSince(mark);
    }

    @Override
    public void hessianVector(Tensor v, Tensor out) {
        hessian(Directions.whole(pass.backend(), v, network.layout()), v, List.of(out));
    }

    @Override
    public void gaussNewtonVector(Tensor v, Tensor out) {
        metric("gauss-newton", loss::hessian).times(v, out);
    }

    @Override
    public void hessianVectors(Tensor v, Tensor out) {
        hessian(Directions.rows(pass.backend(), v, network.layout()), v, rows(out));
    }

    @Override
    public void gaussNewtonVectors(Tensor v, Tensor out) {
        metric("gauss-newton", loss::hessian).timesRows(v, out);
    }

    private void hessian(Directions directions, Tensor v, List<Tensor> outs) {
        backward();
        product("hessian", v, outs, () -> hessian(directions, outs));
    }

    private static List<Tensor> rows(Tensor matrix) {
        return IntStream.range(0, matrix.length(0))
                .mapToObj(row -> matrix.rows(row, row + 1).reshape(matrix.length(1)))
                .toList();
    }

    /**
     * Products come again as they are, one for each step of a solver.
     *
     * @param outs [P] for each row of v
     */
    private void product(String kind, Tensor v, List<Tensor> outs, Runnable work) {
        Object key =
                List.of(kind, pass.place(), v.place(), outs.size(), outs.get(0).place());
        pass.backend().recorded(key, work);
    }

    /** @param outs [P] for each direction */
    private void hessian(Directions directions, List<Tensor> outs) {
        int mark = pass.mark();
        Tensor dy = tangents(directions);
        Tensor ddy = pass.allocate(dy.shape());
        loss.hessian(dy, ddy);
        backwardTangents(ddy, directions);
        collect(outs);
        pass.releaseSince(mark);
    }

    private void throughOutputs(Directions directions, BiConsumer<Tensor, Tensor> ofOutputs, List<Tensor> outs) {
        int mark = pass.mark();
        Tensor dy = tangents(directions);
        Tensor ddy = pass.allocate(dy.shape());
        ofOutputs.accept(dy, ddy);
        pullBack(ddy, directions.still(), outs);
        pass.releaseSince(mark);
    }

    @Override
    public Metric fisher(Fisher kind, int draws, long seed) {
        if (kind == Fisher.EXACT) {
            return metric("gauss-newton", loss::hessian);
        }
        int n = kind == Fisher.MC ? draws : 1;
        int examples = outputs.length(0);
        int columns = (int) (outputs.size() / examples);
        Tensor adjoints = pass.allocate(n, examples, columns);
        for (int draw = 0; draw < n; draw++) {
            Tensor own = adjoints.slice(draw * outputs.size(), outputs.shape());
            if (kind == Fisher.MC) {
                loss.drawn(new Sampler.Random(RandomStreams.of(seed, "labels", draw)), outputs, own);
            } else {
                loss.valueAndGradient(outputs, targets, own, unused -> {});
            }
        }
        // an adjoint has its example's weight 1/N in it, its square must have it once
        double weight = (double) total / n;
        UnaryOperator<Tensor> byExample = x -> x.reshape((int) (x.size() / outputs.size()), examples, columns);
        return metric(
                "fisher",
                (v, out) -> pass.backend().outerProducts(adjoints, byExample.apply(v), weight, byExample.apply(out)));
    }

    /** Jᵀ B J for a B of the outputs. */
    private Metric metric(String kind, BiConsumer<Tensor, Tensor> ofOutputs) {
        return new Metric() {
            @Override
            public void times(Tensor v, Tensor out) {
                times(Directions.whole(pass.backend(), v, network.layout()), v, List.of(out));
            }

            @Override
            public void timesRows(Tensor v, Tensor out) {
                times(Directions.rows(pass.backend(), v, network.layout()), v, rows(out));
            }

            private void times(Directions directions, Tensor v, List<Tensor> outs) {
                product(kind, v, outs, () -> throughOutputs(directions, ofOutputs, outs));
            }
        };
    }

    private void collect(List<Tensor> outs) {
        for (int s = 0; s < outs.size(); s++) {
            for (Layer.Stage layer : layers) {
                layer.parameterGradientTangent(s, outs.get(s));
            }
        }
    }

    /** out [P] ← Jᵀ ddy, row by row: tangents of adjoints where neither the states nor the parameters have tangents. */
    private void pullBack(Tensor ddy, Directions still, List<Tensor> outs) {
        layers.forEach(Layer.Stage::forgetTangent);
        backwardTangents(ddy, still);
        collect(outs);
    }

    @Override
    public void factors(OutputAdjoints adjoints, FactorVisitor visitor) {
        each(false, visitor::inputs);
        if (adjoints instanceof OutputAdjoints.OfTargets) {
            backward();
            each(false, visitor::adjoints);
        } else if (adjoints instanceof OutputAdjoints.Drawn drawn) {
            double scale = 1 / Math.sqrt(drawn.draws().size());
            for (Sampler sampler : drawn.draws()) {
                carry(
                        out -> {
                            loss.drawn(sampler, outputs, out);
                            pass.backend().scaleInPlace(scale, out);
                        },
                        visitor);
            }
        } else {
            for (int c = 0; c < loss.columns(outputs); c++) {
                int column = c;
                carry(out -> loss.root(column, outputs, out), visitor);
            }
        }
    }

    /** Shows the layers with other adjoints than the gradient's. */
    private void carry(Consumer<Tensor> adjoint, FactorVisitor visitor) {
        int mark = pass.mark();
        Tensor ddy = pass.allocate(outputs.shape());
        adjoint.accept(ddy);
        layers.forEach(Layer.Stage::forgetTangent);
        backwardTangents(
                ddy, Directions.whole(pass.backend(), ddy, network.layout()).still());
        each(true, visitor::adjoints);
        pass.releaseSince(mark);
    }

    private void each(boolean carried, Consumer<FactoredLayer> visit) {
        for (int i = network.firstOwner(); i < layers.size(); i++) {
            layers.get(i).factored(carried, total).ifPresent(visit);
        }
    }

    private Tensor tangents(Directions directions) {
        Tangent dx = Tangent.ZERO;
        for (int i = network.firstOwner(); i < layers.size(); i++) {
            dx = layers.get(i).tangent(dx, directions);
        }
        if (dx instanceof Tangent.Of outputs) {
            return outputs.values();
        }
        throw new IllegalStateException("a network without parameters has no tangents");
    }

    private void backwardTangents(Tensor outputs, Directions directions) {
        Tensor ddy = outputs;
        for (int i = layers.size() - 1; i > network.firstOwner(); i--) {
            ddy = layers.get(i).backwardTangent(ddy, directions);
        }
        layers.get(network.firstOwner()).keepAdjointTangent(ddy);
    }

    @Override
    public void close() {
        pass.close();
    }
}
