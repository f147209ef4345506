package soopt.data.fetch;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * A tar.gz on the web that holds the files; unpacked as it arrives, never stored.
 *
 * @param most bytes that it may have
 */
record WebArchive(URI address, long most, Download download) implements Source {
    @Override
    public String description() {
        return address.toString();
    }

    @Override
    public void fetch(List<DatasetFile> wanted, Path folder, FetchProgress progress) throws IOException {
        String path = address.getPath();
        download.receive(address, path.substring(path.lastIndexOf('/') + 1), most, progress, in -> {
            try (GZIPInputStream archive = new GZIPInputStream(in, 1 << 16)) {
                Tar.extract(archive, wanted, folder);
            }
        });
    }
}
