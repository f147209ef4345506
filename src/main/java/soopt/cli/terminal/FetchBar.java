package soopt.cli.terminal;

import java.io.PrintWriter;
import soopt.data.fetch.FetchProgress;
import soopt.file.Shown;

/** Shows a download. */
public final class FetchBar implements FetchProgress {
    private static final long MEBIBYTE = 1 << 20;

    private final StatusLine status;
    private long bytes;

    public FetchBar(PrintWriter err) {
        this.status = new StatusLine(err, Terminal.interactive());
    }

    @Override
    public void start(String name, long totalBytes) {
        bytes = 0;
        status.begin(name, " MiB", MEBIBYTE, totalBytes);
    }

    @Override
    public void advance(long more) {
        bytes += more;
        status.reached(bytes, "");
    }

    @Override
    public void finish() {
        status.end();
    }

    @Override
    public void note(String message) {
        status.line(Shown.line(message));
    }
}
