package soopt.model.layer;

import java.util.Arrays;
import soopt.backend.Averaging;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.model.tangent.Pass;

/** Mean of each cell: PyTorch's AvgPool2d and AdaptiveAvgPool2d. */
public record AveragePool2d(Averaging geometry) implements Layer {
    @Override
    public int[] outputShape(int[] inputShape) {
        int[] images = {geometry.channels(), geometry.height(), geometry.width()};
        if (!Arrays.equals(inputShape, images)) {
            throw new IllegalArgumentException("an average-pool takes images of " + Arrays.toString(images)
                    + ", but gets " + Arrays.toString(inputShape));
        }
        return new int[] {geometry.channels(), geometry.outHeight(), geometry.outWidth()};
    }

    @Override
    public Stage begin(Pass pass, int[] inputShape) {
        Backend backend = pass.backend();
        Routing.Map map = new Routing.Map() {
            @Override
            public void choose(Tensor x, Tensor out) {
                backend.averagePool(geometry, x, out);
            }

            @Override
            public void apply(Tensor x, Tensor out) {
                backend.averagePool(geometry, x, out);
            }

            @Override
            public void adjoint(Tensor dy, Tensor dx) {
                backend.averagePoolAdjoint(geometry, dy, dx);
            }
        };
        return new Routing(pass, map, geometry.inputs(), geometry.outputs());
    }
}
