package soopt.data;

import java.nio.file.Path;
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

/**
 * Fashion-MNIST, normalized by the mean and standard deviation of p/255 over the 60,000 training images, to four
 * digits.
 */
@Doc("Fashion-MNIST articles of clothing (Xiao et al. 2017): 60,000 + 10,000 images 1×28×28, 10 classes")
public record FashionMnist(
        @Default("6000") @Range(min = 0, max = 59999) @Doc("training images held out for validation")
        int validation,

        @Default("0") @Range(min = 0, max = 60000) @Doc("use the first N training images; 0 for all")
        int limit)
        implements Dataset {
    private static final double MEAN = 0.2860;
    private static final double DEVIATION = 0.3530;

    static final DatasetFiles FILES = IdxImages.files(
            "fashion-mnist",
            "60,000 + 10,000 articles of clothing, grey 28×28, 10 classes",
            "© Zalando SE, MIT licence",
            "Xiao, Rasul, Vollgraf: Fashion-MNIST: a novel image dataset, arXiv:1708.07747, 2017",
            IdxImages.four(
                    60000,
                    10000,
                    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
            Source.folder(Path.of("/usr/share/datasets/fashion-mnist")),
            Source.web("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
            Source.debian("dataset-fashion-mnist"));

    private static final IdxImages IMAGES = new IdxImages(FILES, 60000, MEAN, DEVIATION);

    public FashionMnist {
        Constraints.check(FashionMnist.class, validation, limit);
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
