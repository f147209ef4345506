package soopt.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A file could not be written, in one line: {@code cannot write results/x/status.json: No space left on device}. */
public final class WriteException extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    public WriteException(Path file, IOException cause) {
        super("cannot write " + file + ": " + Problems.reason(cause), cause);
    }
}
