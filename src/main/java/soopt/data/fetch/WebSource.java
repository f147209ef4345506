package soopt.data.fetch;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Files on the web, each as folder/name.gz. Gives up at the first file that fails, so that a closed network costs one
 * time-out.
 *
 * @param place the folder, ending in "/"
 */
record WebSource(URI place, Download download) implements Source {
    @Override
    public String description() {
        return place.toString();
    }

    @Override
    public void fetch(List<DatasetFile> wanted, Path folder, FetchProgress progress) throws IOException {
        for (DatasetFile file : wanted) {
            String name = file.name() + ".gz";
            Path target = folder.resolve(name);
            download.receive(place.resolve(name), name, file.mostCompressed(), progress, in -> Files.copy(in, target));
        }
    }
}
