package soopt.data.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Files that a user has: a folder, or a .tar.gz. In a folder they may lie as torchvision and others keep them, and
 * CIFAR-10 may be there as Python pickles.
 */
record OwnFiles(Path place) implements Source {
    private static final List<String> FOLDERS =
            List.of("", "MNIST/raw", "FashionMNIST/raw", "cifar-10-batches-bin", "cifar-10-batches-py");
    private static final List<String> ARCHIVES = List.of("cifar-10-binary.tar.gz", "cifar-10-python.tar.gz");
    private static final String BINARY = ".bin";

    @Override
    public String description() {
        return place.toString();
    }

    @Override
    public void fetch(List<DatasetFile> wanted, Path folder, FetchProgress progress) throws IOException {
        List<DatasetFile> left = new ArrayList<>(wanted);
        List<IOException> failures = new ArrayList<>();
        if (Files.isDirectory(place)) {
            for (String below : FOLDERS) {
                fromFolder(place.resolve(below), left, folder, failures);
            }
            for (String archive : ARCHIVES) {
                if (!left.isEmpty() && Files.isRegularFile(place.resolve(archive))) {
                    fromArchive(place.resolve(archive), left, folder, failures);
                }
            }
        } else {
            fromArchive(place, left, folder, failures);
        }
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
    }

    /** Delivers what is there, and takes it from what is left. */
    private static void fromFolder(Path from, List<DatasetFile> left, Path folder, List<IOException> failures) {
        for (DatasetFile file : List.copyOf(left)) {
            try {
                Optional<Path> found = file.in(from);
                Optional<Path> pickle = pickle(file, from);
                if (found.isPresent()) {
                    file.requireLength(found.get());
                    Files.copy(found.get(), folder.resolve(found.get().getFileName()));
                    left.remove(file);
                } else if (pickle.isPresent()) {
                    unpickle(pickle.get(), folder.resolve(file.name()));
                    left.remove(file);
                }
            } catch (IOException e) {
                failures.add(e);
                left.remove(file);
            }
        }
    }

    private static void fromArchive(Path archive, List<DatasetFile> left, Path folder, List<IOException> failures) {
        Tar.Wanted parts = name -> left.stream()
                .filter(file -> file.isCalled(name) || name.equals(pickled(file)))
                .mapToLong(file -> Math.max(CifarPickle.MOST, file.mostCompressed()))
                .max();
        try {
            Path unpacked = Files.createDirectory(folder.resolve("unpacked-" + left.size()));
            try (InputStream in = new GZIPInputStream(Files.newInputStream(archive), 1 << 16)) {
                Tar.extract(in, parts, unpacked);
            }
            fromFolder(unpacked, left, folder, failures);
        } catch (IOException e) {
            failures.add(new IOException(archive + ": " + e.getMessage(), e));
        }
    }

    private static Optional<Path> pickle(DatasetFile file, Path folder) {
        return Optional.of(folder.resolve(pickled(file)))
                .filter(path -> file.name().endsWith(BINARY))
                .filter(Files::isRegularFile);
    }

    /** data_batch_1.bin is data_batch_1 as a pickle. */
    private static String pickled(DatasetFile file) {
        return file.name().endsWith(BINARY)
                ? file.name().substring(0, file.name().length() - BINARY.length())
                : file.name();
    }

    private static void unpickle(Path pickle, Path target) throws IOException {
        if (Files.size(pickle) > CifarPickle.MOST) {
            throw new IOException(pickle.getFileName() + " is longer than CIFAR-10's pickles");
        }
        try (InputStream in = Files.newInputStream(pickle)) {
            Files.write(target, CifarPickle.records(new BufferedInputStream(in, 1 << 16)));
        } catch (IOException e) {
            throw new IOException(pickle.getFileName() + ": " + e.getMessage(), e);
        }
    }
}
