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

/** y = c x: with c = 1/√fan_in before each layer this is the NTK parameterization (Jacot et al. 2018). */
public record Scale(double by) implements Layer {
    @Override
    public int[] outputShape(int[] inputShape) {
        return inputShape;
    }

    @Override
    public Stage begin(Pass pass, int[] inputShape) {
        return new Run(pass);
    }

    private final class Run implements Stage {
        private final Pass pass;
        private final Backend backend;

        Run(Pass pass) {
            this.pass = pass;
            this.backend = pass.backend();
        }

        private Tensor scaled(Tensor x) {
            Tensor y = pass.allocate(x.shape());
            backend.combine(by, x, 0, x, y);
            return y;
        }

        @Override
        public Tensor forward(Tensor x) {
            return scaled(x);
        }

        @Override
        public Tensor backward(Tensor dy) {
            return scaled(dy);
        }

        @Override
        public void keepAdjoint(Tensor dy) {}

        @Override
        public void summarize(Jets jets, Summation sums) {
            if (jets.n1() > 0) {
                backend.scaleInPlace(by, jets.first());
            }
            if (jets.n2() > 0) {
                backend.scaleInPlace(by, jets.second());
            }
        }

        @Override
        public void taylor(Series series, SeriesSums sums) {
            series.each(x -> backend.scaleInPlace(by, x));
        }

        @Override
        public Tangent tangent(Tangent dx, Directions directions) {
            return dx.map(this::scaled);
        }

        @Override
        public Tensor backwardTangent(Tensor ddy, Directions directions) {
            return scaled(ddy);
        }
    }
}
