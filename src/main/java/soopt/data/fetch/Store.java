package soopt.data.fetch;

import java.nio.file.Path;

/**
 * Where data sets lie on this machine.
 *
 * @param directory the datasets folder; a data set has its own folder in it
 * @param offline whether nothing may be fetched
 * @param progress hears of what is fetched
 */
public record Store(Path directory, boolean offline, FetchProgress progress) {
    /** A store whose fetches nobody watches. */
    public Store(Path directory, boolean offline) {
        this(directory, offline, FetchProgress.SILENT);
    }
}
