package soopt.data.fetch;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLConnection;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;

/**
 * What is at an address on the web, as it arrives. Bounded in length, in time and in redirects, whatever the server
 * does: each of its faults is an {@link IOException} in words.
 *
 * @param patience how slow a server may be
 * @param environment where proxies are named
 */
record Download(Patience patience, Map<String, String> environment) {
    private static final int REDIRECTS = 5;
    private static final String BASIC_IN_TUNNELS = "jdk.http.auth.tunneling.disabledSchemes";

    /** As users have it. */
    static final Download USUAL = new Download(new Patience(5_000, 15_000, 60_000, 60_000, 64 << 10), System.getenv());

    static {
        // Java does not send Basic logins to proxies of https unless told; read when the first connection is made.
        if (System.getProperty(BASIC_IN_TUNNELS) == null) {
            System.setProperty(BASIC_IN_TUNNELS, "");
        }
    }

    /**
     * How slow a server may be.
     *
     * @param connectMilliseconds for the connection to stand
     * @param stallMilliseconds without any byte
     * @param answerMilliseconds for the whole head of an answer
     * @param windowMilliseconds in which at least {@code leastBytes} arrive
     */
    record Patience(
            int connectMilliseconds,
            int stallMilliseconds,
            int answerMilliseconds,
            int windowMilliseconds,
            int leastBytes) {}

    /** Takes what arrives; need not read all of it. */
    interface Receiver {
        void accept(InputStream in) throws IOException;
    }

    /**
     * Hands what is at this address to a receiver as it arrives.
     *
     * @param most bytes that it may have at most
     */
    void receive(URI address, String name, long most, FetchProgress progress, Receiver receiver) throws IOException {
        HttpURLConnection connection = open(address);
        try {
            long total = connection.getContentLengthLong();
            if (total > most) {
                throw tooLong(name, most);
            }
            progress.start(name, total);
            try (InputStream in = new WatchedInput(connection.getInputStream(), name, total, most, progress)) {
                receiver.accept(in);
            } finally {
                progress.finish();
            }
        } finally {
            connection.disconnect();
        }
    }

    private static IOException tooLong(String name, long most) {
        return new IOException(name + " is longer than the " + most + " bytes that it can have");
    }

    /** HttpURLConnection does not follow a redirect from http to https: done here, in words where it leads nowhere. */
    private HttpURLConnection open(URI address) throws IOException {
        URI at = address;
        for (int i = 0; i <= REDIRECTS; i++) {
            HttpURLConnection connection = connect(at);
            int status;
            String next;
            try {
                status = answer(connection, at);
                if (status == HttpURLConnection.HTTP_OK) {
                    return connection;
                }
                next = connection.getHeaderField("Location");
            } catch (IOException | RuntimeException e) {
                connection.disconnect();
                throw e;
            }
            connection.disconnect();
            if (status == HttpURLConnection.HTTP_PROXY_AUTH) {
                throw new IOException("the proxy wants a user and a password that it knows: " + at.getScheme()
                        + "_proxy=http://user:password@host:port");
            }
            if (status < 300 || status >= 400 || next == null) {
                throw new IOException("HTTP status " + status + " for " + shown(at));
            }
            at = redirected(at, next);
        }
        throw new IOException("more than " + REDIRECTS + " redirects from " + shown(address));
    }

    private HttpURLConnection connect(URI at) throws IOException {
        EnvironmentProxy proxy = EnvironmentProxy.of(at, environment, ProxySelector.getDefault());
        URLConnection plain;
        try {
            plain = at.toURL().openConnection(proxy.proxy());
        } catch (IllegalArgumentException e) {
            throw new IOException(shown(at) + " is not an address on the web", e);
        }
        if (!(plain instanceof HttpURLConnection connection)) {
            throw new IOException(shown(at) + " is not an address on the web");
        }
        proxy.authenticator().ifPresent(connection::setAuthenticator);
        connection.setConnectTimeout(patience.connectMilliseconds);
        connection.setReadTimeout(patience.stallMilliseconds);
        connection.setInstanceFollowRedirects(false);
        connection.setRequestProperty("User-Agent", "soopt");
        return connection;
    }

    /** The status; the read time-out alone would wait for ever on a head that drips. */
    private int answer(HttpURLConnection connection, URI at) throws IOException {
        Timer timer = new Timer("answer", true);
        boolean[] late = {false};
        timer.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        late[0] = true;
                        connection.disconnect();
                    }
                },
                patience.answerMilliseconds);
        try {
            int status = connection.getResponseCode();
            if (late[0]) {
                throw new IOException("cut off");
            }
            if (status < 0) {
                throw new IOException(shown(at) + " does not answer as the web does");
            }
            return status;
        } catch (IOException e) {
            throw late[0] ? new IOException(shown(at) + " is too slow to answer", e) : e;
        } catch (RuntimeException e) {
            // headers that make no sense to Java
            throw new IOException(shown(at) + (late[0] ? " is too slow to answer" : " does not answer sensibly"), e);
        } finally {
            timer.cancel();
        }
    }

    private static URI redirected(URI from, String next) throws IOException {
        URI to;
        try {
            to = from.resolve(new URI(next));
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new IOException(shown(from) + " redirects to what is no address", e);
        }
        boolean secure = "https".equalsIgnoreCase(to.getScheme());
        if (to.getHost() == null || !secure && !"http".equalsIgnoreCase(to.getScheme())) {
            throw new IOException(shown(from) + " redirects to what is not on the web");
        }
        if (!secure && "https".equalsIgnoreCase(from.getScheme())) {
            throw new IOException(shown(from) + " redirects from https to http");
        }
        return to;
    }

    /** An address without the login that it may have. */
    private static String shown(URI address) {
        return address.toString().replaceAll("(?<=://)[^/]*@", "");
    }

    /** Reports what is read, and fails where a body ends early, is too long or drips. */
    private final class WatchedInput extends FilterInputStream {
        private final String name;
        private final long total;
        private final long most;
        private final FetchProgress progress;
        private long received;
        private long windowBegan = System.nanoTime();
        private long windowReceived;

        WatchedInput(InputStream in, String name, long total, long most, FetchProgress progress) {
            super(in);
            this.name = name;
            this.total = total;
            this.most = most;
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
                if (received > most) {
                    throw tooLong(name, most);
                }
                requireRate();
                progress.advance(n);
            } else if (total >= 0 && received != total) {
                throw new IOException(name + " broke off after " + received + " of " + total + " bytes");
            }
            return n;
        }

        private void requireRate() throws IOException {
            long milliseconds = (System.nanoTime() - windowBegan) / 1_000_000;
            if (milliseconds >= patience.windowMilliseconds) {
                if (received - windowReceived < patience.leastBytes) {
                    throw new IOException(name + " comes too slowly: " + (received - windowReceived) + " bytes in "
                            + milliseconds / 1000 + " s");
                }
                windowBegan = System.nanoTime();
                windowReceived = received;
            }
        }
    }
}
