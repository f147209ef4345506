package soopt.data.fetch;

import java.io.IOException;

/** A file that is not what it should be; the message says how, to be put after its name. */
public final class DamagedFileException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedFileException(String message) {
        super(message);
    }

    DamagedFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
