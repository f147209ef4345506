package soopt.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.DatasetFile;
import soopt.data.fetch.DatasetFiles;
import soopt.data.fetch.Store;

class DatasetCatalogTest {
    private static final Path SAMPLE = Path.of("datasets/mnist-sample");

    @TempDir
    private Path directory;

    private Store store() {
        return new Store(directory, true);
    }

    private Path copyOfTheSample() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("mnist-sample"));
        try (var paths = Files.list(SAMPLE)) {
            for (Path path : paths.toList()) {
                Files.copy(path, folder.resolve(path.getFileName()));
            }
        }
        return folder;
    }

    /** A data set with files that is not listed could not be fetched. */
    @Test
    void everyDataSetWithFiles_isListedUnderItsName() throws IllegalAccessException {
        List<String> names = DatasetCatalog.list(store()).stream()
                .map(DatasetCatalog.Entry::name)
                .toList();
        for (Class<?> kind : Dataset.class.getPermittedSubclasses()) {
            String kebab =
                    kind.getSimpleName().replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            for (Field field : kind.getDeclaredFields()) {
                if (field.getType() == DatasetFiles.class) {
                    assertEquals(kebab, ((DatasetFiles) field.get(null)).name());
                    assertTrue(names.contains(kebab), kebab + " is not in DatasetCatalog");
                }
            }
        }
    }

    @Test
    void list_tellsWhatIsPresent() {
        List<DatasetCatalog.Entry> entries = DatasetCatalog.list(store());
        assertEquals("mnist", entries.get(0).name());
        assertFalse(entries.get(0).present());
        assertEquals(54_950_048, entries.get(0).bytes());
        assertEquals(directory.resolve("cifar-10"), entries.get(2).folder());
        assertEquals(184_380_000, entries.get(2).bytes());
        assertEquals("mnist-sample", entries.get(3).name());
        assertTrue(entries.get(3).present());
    }

    @Test
    void verify_tellsRightFromMissingFromDamaged() throws IOException {
        Path folder = copyOfTheSample();
        assertTrue(DatasetCatalog.verify("mnist-sample", store()).stream()
                .allMatch(check -> check.state() == DatasetCatalog.State.OK));
        assertEquals(List.of(), DatasetCatalog.fetch("mnist-sample", store()));
        Files.delete(folder.resolve("train-images-idx3-ubyte.gz"));
        Files.write(folder.resolve("t10k-labels-idx1-ubyte"), new byte[1008]);
        List<DatasetCatalog.FileCheck> checks = DatasetCatalog.verify("mnist-sample", store());
        assertEquals(
                List.of(
                        DatasetCatalog.State.MISSING,
                        DatasetCatalog.State.OK,
                        DatasetCatalog.State.OK,
                        DatasetCatalog.State.DAMAGED),
                checks.stream().map(DatasetCatalog.FileCheck::state).toList());
        assertEquals(
                "has SHA-256 " + DatasetFile.sha256(new byte[1008]) + ", not "
                        + checks.get(3).sha256(),
                checks.get(3).detail());
        DatasetException e = assertThrows(DatasetException.class, () -> DatasetCatalog.fetch("mnist-sample", store()));
        assertTrue(e.getMessage().contains("train-images-idx3-ubyte, t10k-labels-idx1-ubyte missing or damaged"));
    }

    @Test
    void import_copiesAfterTheTest_underAnyUsualName() throws IOException {
        Path mine = Files.createDirectory(directory.resolve("mine"));
        for (DatasetFile file : MnistSample.FILES.files()) {
            Path compressed = SAMPLE.resolve(file.name() + ".gz");
            if (file.name().startsWith("train")) {
                Files.write(mine.resolve(file.name().replace("-idx", ".idx")), file.read(compressed));
            } else {
                Files.copy(compressed, mine.resolve(compressed.getFileName()));
            }
        }
        DatasetCatalog.importFrom("mnist-sample", mine, store());
        Path folder = directory.resolve("mnist-sample");
        assertEquals(3_920_016, Files.size(folder.resolve("train-images-idx3-ubyte")));
        assertEquals(1_008, Files.size(folder.resolve("t10k-labels-idx1-ubyte")));
        assertEquals(5000, new MnistSample(500, 0).load(store()).train().size());
    }

    @Test
    void import_ofWrongOrMissingFiles_saysWhich() throws IOException {
        Path mine = Files.createDirectory(directory.resolve("mine"));
        Files.write(mine.resolve("t10k-labels-idx1-ubyte"), Arrays.copyOf(new byte[0], 10008));
        DatasetException e =
                assertThrows(DatasetException.class, () -> DatasetCatalog.importFrom("mnist", mine, store()));
        assertTrue(
                e.getMessage()
                        .startsWith("cannot import all of mnist from " + mine + ": train-images-idx3-ubyte, "
                                + "train-labels-idx1-ubyte, t10k-images-idx3-ubyte not in it, "
                                + "neither plain nor as .gz; "),
                e.getMessage());
        assertTrue(e.getMessage().contains("t10k-labels-idx1-ubyte has SHA-256 "), e.getMessage());
    }

    @Test
    void unknownName_namesThoseKnown() {
        DatasetException e = assertThrows(DatasetException.class, () -> DatasetCatalog.verify("mnst", store()));
        assertEquals("there is no data set 'mnst'; known: mnist, fashion-mnist, cifar10, mnist-sample", e.getMessage());
    }

    @Test
    void offlineMnist_saysHowToGetIt() {
        DatasetException e = assertThrows(DatasetException.class, () -> new Mnist(6000, 0).load(store()));
        assertTrue(e.getMessage().contains("'soopt datasets fetch mnist'"), e.getMessage());
    }
}
