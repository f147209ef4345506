package soopt.model.layer;

import java.util.Arrays;
import soopt.backend.Backend;
import soopt.backend.Pooling;
import soopt.backend.Tensor;
import soopt.model.tangent.Pass;

/** Maximum of each window, floor mode; derivatives follow the first maximum in row-major order. */
public record MaxPool2d(Pooling geometry) implements Layer {
    @Override
    public int[] outputShape(int[] inputShape) {
        int[] images = {geometry.channels(), geometry.height(), geometry.width()};
        if (!Arrays.equals(inputShape, images)) {
            throw new IllegalArgumentException("a max-pool takes images of " + Arrays.toString(images) + ", but gets "
                    + Arrays.toString(inputShape));
        }
        return new int[] {geometry.channels(), geometry.outHeight(), geometry.outWidth()};
    }

    @Override
    public Stage begin(Pass pass, int[] inputShape) {
        Backend backend = pass.backend();
        Tensor index = pass.allocate(pass.examples(), geometry.outputs());
        Routing.Map map = new Routing.Map() {
            @Override
            public void choose(Tensor x, Tensor out) {
                backend.maxPool(geometry, x, out, index);
            }

            @Override
            public void apply(Tensor x, Tensor out) {
                backend.maxPoolSelect(geometry, x, index, out);
            }

            @Override
            public void adjoint(Tensor dy, Tensor dx) {
                backend.maxPoolScatter(geometry, dy, index, dx);
            }
        };
        return new Routing(pass, map, geometry.inputs(), geometry.outputs());
    }
}
