package soopt.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import soopt.data.fetch.DamagedFileException;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.DatasetFile;
import soopt.data.fetch.DatasetFiles;
import soopt.data.fetch.Fetcher;
import soopt.data.fetch.Store;

/** The data sets that consist of known files: what they are, whether they are here, and how to get them. */
public final class DatasetCatalog {
    private static final List<DatasetFiles> ALL =
            List.of(Mnist.FILES, FashionMnist.FILES, Cifar10.FILES, MnistSample.FILES);

    private DatasetCatalog() {}

    /**
     * A data set in words.
     *
     * @param bytes size on disk, uncompressed
     * @param present whether all its files are in the store; {@link #verify} tests what is in them
     */
    public record Entry(
            String name,
            String description,
            String licence,
            String citation,
            long bytes,
            Path folder,
            boolean present) {}

    /** What is known of one file. */
    public enum State {
        OK,
        MISSING,
        DAMAGED
    }

    /**
     * One file after its test.
     *
     * @param file name without .gz
     * @param path where it lies, or should
     * @param sha256 what its uncompressed contents must have
     * @param detail what is wrong, with both checksums if they differ; empty if it is right
     */
    public record FileCheck(String file, Path path, State state, String sha256, String detail) {}

    /** All of them, in the order of the documentation. */
    public static List<Entry> list(Store store) {
        List<Entry> entries = new ArrayList<>();
        for (DatasetFiles files : ALL) {
            Path folder = folder(files, store);
            long bytes = files.files().stream().mapToLong(DatasetFile::bytes).sum();
            boolean present = files.missing(folder).isEmpty();
            entries.add(new Entry(
                    files.name(), files.description(), files.licence(), files.citation(), bytes, folder, present));
        }
        return entries;
    }

    /**
     * Tests the files that are there and fetches those that are missing or damaged.
     *
     * @return the names of the files fetched; none if all were there and right
     * @throws DatasetException if some cannot be had
     */
    public static List<String> fetch(String name, Store store) {
        DatasetFiles files = named(name);
        Path folder = folder(files, store);
        List<DatasetFile> wanted = files.files().stream()
                .filter(file -> check(file, folder).state() != State.OK)
                .toList();
        if (wanted.isEmpty()) {
            return List.of();
        }
        if (files.sources().isEmpty()) {
            throw new DatasetException(
                    folder + ": " + Fetcher.names(wanted) + " missing or damaged; " + files.remedy());
        }
        Fetcher.fetch(files, wanted, store);
        return wanted.stream().map(DatasetFile::name).toList();
    }

    /** Tests every file by length and SHA-256. */
    public static List<FileCheck> verify(String name, Store store) {
        DatasetFiles files = named(name);
        Path folder = folder(files, store);
        return files.files().stream().map(file -> check(file, folder)).toList();
    }

    /**
     * Copies files that the user has, plain or .gz, after the test of their checksums.
     *
     * @throws DatasetException if some are not in the folder or not right; the others have been copied
     */
    public static void importFrom(String name, Path folder, Store store) {
        Fetcher.importFrom(named(name), folder, store);
    }

    /** The files of a data set by its name; none if it does not consist of known files. */
    public static List<DatasetFile> files(String name) {
        return ALL.stream()
                .filter(files -> files.name().equals(name))
                .flatMap(files -> files.files().stream())
                .toList();
    }

    private static FileCheck check(DatasetFile file, Path folder) {
        Optional<Path> path = file.in(folder);
        if (path.isEmpty()) {
            return new FileCheck(file.name(), folder.resolve(file.name()), State.MISSING, file.sha256(), "is missing");
        }
        try {
            file.read(path.get());
            return new FileCheck(file.name(), path.get(), State.OK, file.sha256(), "");
        } catch (DamagedFileException e) {
            return new FileCheck(file.name(), path.get(), State.DAMAGED, file.sha256(), e.getMessage());
        }
    }

    /** The sample may lie beside the program instead of in the store. */
    private static Path folder(DatasetFiles files, Store store) {
        return files == MnistSample.FILES ? MnistSample.folder(store) : files.folder(store);
    }

    private static DatasetFiles named(String name) {
        return ALL.stream()
                .filter(files -> files.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new DatasetException("there is no data set '" + name + "'; known: "
                        + ALL.stream().map(DatasetFiles::name).collect(Collectors.joining(", "))));
    }
}
