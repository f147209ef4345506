package soopt.data;

import java.nio.file.Path;

/**
 * Where data sets lie on this machine.
 *
 * @param directory the datasets folder
 * @param offline whether nothing may be fetched
 */
public record Store(Path directory, boolean offline) {}
