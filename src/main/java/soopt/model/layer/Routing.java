package soopt.model.layer;

import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.model.tangent.Directions;
import soopt.model.tangent.Jets;
import soopt.model.tangent.Pass;
import soopt.model.tangent.Series;
import soopt.model.tangent.SeriesSums;
import soopt.model.tangent.Summation;
import soopt.model.tangent.Tangent;

/**
 * The stage of every layer that is linear in its input once its choice is fixed: pooling. Tangents of any order go
 * through the same linear map, and nothing is added to H̄ or D̄³ (curvature.md §2).
 */
final class Routing implements Layer.Stage {
    /** The linear map and its adjoint on rows [R, …]. */
    interface Map {
        /** Fixes the choice at x and applies the map: out ← f(x). */
        void choose(Tensor x, Tensor out);

        /** out ← f′ x for any number of directions. */
        void apply(Tensor x, Tensor out);

        /** dx ← f′ᵀ dy for any number of directions. */
        void adjoint(Tensor dy, Tensor dx);
    }

    private final Pass pass;
    private final Backend backend;
    private final Map map;
    private final int inputs;
    private final int outputs;

    /**
     * @param inputs numbers of one input example
     * @param outputs numbers of one output example
     */
    Routing(Pass pass, Map map, int inputs, int outputs) {
        this.pass = pass;
        this.backend = pass.backend();
        this.map = map;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor out = pass.allocate(pass.examples(), outputs);
        map.choose(x, out);
        pass.release(x);
        return out;
    }

    @Override
    public Tensor backward(Tensor dy) {
        Tensor dx = pass.allocate(pass.examples(), inputs);
        map.adjoint(dy, dx);
        pass.release(dy);
        return dx;
    }

    @Override
    public void keepAdjoint(Tensor dy) {}

    @Override
    public void summarize(Jets jets, Summation sums) {
        int n = jets.n1();
        if (n == 0) {
            return;
        }
        if (jets.n2() > 0) {
            Tensor second = backend.allocate(n, jets.examples() * outputs);
            map.apply(jets.second(), second.rows(0, jets.n2()));
            jets.replaceSecond(second, jets.n2());
        }
        Tensor first = backend.allocate(n, jets.examples() * outputs);
        map.apply(jets.first(), first);
        jets.replaceFirst(first);
    }

    @Override
    public void taylor(Series series, SeriesSums sums) {
        series.map(outputs, map::apply);
    }

    @Override
    public Tangent tangent(Tangent dx, Directions directions) {
        return dx.map(values -> {
            Tensor out = pass.allocate(directions.count(), pass.examples() * outputs);
            map.apply(values, out);
            return out;
        });
    }

    @Override
    public Tensor backwardTangent(Tensor ddy, Directions directions) {
        Tensor out = pass.allocate(directions.count(), pass.examples() * inputs);
        map.adjoint(ddy, out);
        return out;
    }
}
