package soopt.data;

import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** Placeholder. */
@Doc("MNIST handwritten digits (LeCun et al. 1998): 60,000 + 10,000 images 1×28×28, 10 classes")
public record Mnist(
        @Default("6000") @Range(min = 0) @Doc("training images held out for validation")
        int validation,

        @Default("0") @Range(min = 0) @Doc("use the first N training images; 0 for all")
        int limit)
        implements Dataset {
    @Override
    public Data load(Store store) {
        throw new UnsupportedOperationException();
    }
}
