package soopt.model.layer;

import soopt.backend.Tensor;
import soopt.model.tangent.Directions;
import soopt.model.tangent.Jets;
import soopt.model.tangent.Pass;
import soopt.model.tangent.Series;
import soopt.model.tangent.SeriesSums;
import soopt.model.tangent.Summation;
import soopt.model.tangent.Tangent;

/** [C, H, W] → [C·H·W], channels first: tensors are flat per example already, so that only the shape changes. */
public record Flatten() implements Layer {
    @Override
    public int[] outputShape(int[] inputShape) {
        return new int[] {Math.toIntExact(Tensor.sizeOf(inputShape))};
    }

    @Override
    public Stage begin(Pass pass, int[] inputShape) {
        return new Run();
    }

    private static final class Run implements Stage {
        @Override
        public Tensor forward(Tensor x) {
            return x;
        }

        @Override
        public Tensor backward(Tensor dy) {
            return dy;
        }

        @Override
        public void keepAdjoint(Tensor dy) {}

        @Override
        public void summarize(Jets jets, Summation sums) {}

        @Override
        public void taylor(Series series, SeriesSums sums) {}

        @Override
        public Tangent tangent(Tangent dx, Directions directions) {
            return dx;
        }

        @Override
        public Tensor backwardTangent(Tensor ddy, Directions directions) {
            return ddy;
        }
    }
}
