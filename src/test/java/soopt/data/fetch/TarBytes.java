package soopt.data.fetch;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Lets tests of other packages give the archive reader bytes that no server sends. */
public final class TarBytes {
    private TarBytes() {}

    public static void extract(byte[] archive, Path folder) throws IOException {
        Tar.extract(new ByteArrayInputStream(archive), name -> OptionalLong.of(1 << 20), folder);
    }
}
