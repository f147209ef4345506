package soopt.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import soopt.data.examples.Data;
import soopt.data.examples.Form;
import soopt.data.fetch.DatasetFiles;
import soopt.data.fetch.Store;
import soopt.data.format.IdxImages;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** The first images of MNIST's two files, which come with the program; normalized as {@link Mnist}. */
@Doc("the first 5,000 + 1,000 images of MNIST, part of the program: nothing to fetch")
public record MnistSample(
        @Default("500") @Range(min = 0, max = 4999) @Doc("training images held out for validation")
        int validation,

        @Default("0") @Range(min = 0, max = 5000) @Doc("use the first N training images; 0 for all")
        int limit)
        implements Dataset {
    static final DatasetFiles FILES = IdxImages.files(
            "mnist-sample",
            "the first 5,000 + 1,000 images of MNIST; part of the program",
            "© Yann LeCun and Corinna Cortes, CC BY-SA 3.0",
            Mnist.FILES.citation(),
            IdxImages.four(
                    5000,
                    1000,
                    "1e3ffdb2f57e22d9e5363dde25c2d057542c2e72baa312f0f3b03948bb3802b7",
                    "685aeb7baef68233efa643639a5e9c15bb48be09a628f96fb7f606ca2a1ea7bc",
                    "de7c252b04f05e1f8309634180ccdf286dc6dbac8c579b74e76e02ae0331ca52",
                    "832c0d20f0dc42e575488c75a83a970787d4c8d4d05831b2ef03701b4a478a90"));

    private static final IdxImages IMAGES = new IdxImages(FILES, 5000, Mnist.MEAN, Mnist.DEVIATION);

    public MnistSample {
        Constraints.check(MnistSample.class, validation, limit);
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
        return IMAGES.load(folder(store), limit);
    }

    /**
     * In the store, else where the program is installed (system property soopt.home), else below the working directory.
     */
    static Path folder(Store store) {
        return Stream.of(
                        store.directory(),
                        Path.of(System.getProperty("soopt.home", ".")).resolve("datasets"),
                        Path.of("datasets"))
                .map(place -> place.resolve(FILES.name()))
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(FILES.folder(store));
    }
}
