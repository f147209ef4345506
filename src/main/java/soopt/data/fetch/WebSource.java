package soopt.data.fetch;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Files on the web, each as folder/name.gz. Gives up at the first file that fails, so that a closed network costs one
 * time-out.
 *
 * @param place the folder, ending in "/"
 */
record WebSource(URI place) implements Source {
    private static final int CONNECT_MILLISECONDS = 5_000;
    private static final int STALL_MILLISECONDS = 15_000;
    private static final int REDIRECTS = 5;

    @Override
    public String description() {
        return place.toString();
    }

    @Override
    public void fetch(List<DatasetFile> wanted, Path folder, FetchProgress progress) throws IOException {
        for (DatasetFile file : wanted) {
            String name = file.name() + ".gz";
            download(place.resolve(name), folder.resolve(name), progress);
        }
    }

    /** Saves what is at this address. */
    private static void download(URI address, Path target, FetchProgress progress) throws IOException {
        receive(address, target.getFileName().toString(), progress, in -> Files.copy(in, target));
    }

    /** Takes what arrives; need not read all of it. */
    interface Receiver {
        void accept(InputStream in) throws IOException;
    }

    /** Hands what is at this address to a receiver as it arrives. */
    static void receive(URI address, String name, FetchProgress progress, Receiver receiver) throws IOException {
        HttpURLConnection connection = open(address);
        long total = connection.getContentLengthLong();
        progress.start(name, total);
        try (InputStream in = new WatchedInput(connection.getInputStream(), name, total, progress)) {
            receiver.accept(in);
        } finally {
            progress.finish();
            connection.disconnect();
        }
    }

    /** Reports what is read, and fails where a body of known length ends early. */
    private static final class WatchedInput extends FilterInputStream {
        private final String name;
        private final long total;
        private final FetchProgress progress;
        private long received;

        WatchedInput(InputStream in, String name, long total, FetchProgress progress) {
            super(in);
            this.name = name;
            this.total = total;
            this.progress = progress;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            int n = in.read(buffer, from, length);
            if (n >= 0) {
                received += n;
                progress.advance(n);
            } else if (total >= 0 && received != total) {
                throw new IOException(name + " broke off after " + received + " of " + total + " bytes");
            }
            return n;
        }
    }

    /** HttpURLConnection does not follow a redirect from http to https: done here. */
    private static HttpURLConnection open(URI address) throws IOException {
        URI at = address;
        for (int i = 0; i <= REDIRECTS; i++) {
            URLConnection plain = at.toURL().openConnection(EnvironmentProxy.of(at, System.getenv()));
            if (!(plain instanceof HttpURLConnection connection)) {
                throw new IOException(at + " is not an address on the web");
            }
            connection.setConnectTimeout(CONNECT_MILLISECONDS);
            connection.setReadTimeout(STALL_MILLISECONDS);
            connection.setInstanceFollowRedirects(false);
            connection.setRequestProperty("User-Agent", "soopt");
            int status = connection.getResponseCode();
            if (status == HttpURLConnection.HTTP_OK) {
                return connection;
            }
            String next = connection.getHeaderField("Location");
            connection.disconnect();
            if (status < 300 || status >= 400 || next == null) {
                throw new IOException("HTTP status " + status + " for " + at);
            }
            at = at.resolve(next);
        }
        throw new IOException("more than " + REDIRECTS + " redirects from " + address);
    }
}
