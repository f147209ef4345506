package soopt.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
    static void download(URI address, Path target, FetchProgress progress) throws IOException {
        HttpURLConnection connection = open(address);
        long total = connection.getContentLengthLong();
        progress.start(target.getFileName().toString(), total);
        try (InputStream in = connection.getInputStream();
                OutputStream out = Files.newOutputStream(target)) {
            byte[] buffer = new byte[1 << 16];
            long received = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                received += n;
                progress.advance(n);
            }
            if (total >= 0 && received != total) {
                throw new IOException(
                        target.getFileName() + " broke off after " + received + " of " + total + " bytes");
            }
        } finally {
            progress.finish();
            connection.disconnect();
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
