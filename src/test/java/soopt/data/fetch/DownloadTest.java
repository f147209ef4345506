package soopt.data.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers and proxies that do not do as they should. */
class DownloadTest {
    private static final Download.Patience SHORT = new Download.Patience(1000, 1000, 700, 500, 1000);

    /** Answers one request; the head has been read. */
    private interface Answer {
        void give(List<String> head, OutputStream out) throws IOException, InterruptedException;
    }

    private ServerSocket server;
    private Answer answer;
    private final List<String> heads = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void serve() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread acceptor = new Thread(this::accept, "server");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private void accept() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
                List<String> head = new ArrayList<>();
                for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    head.add(line.replace("Proxy-authorization:", "Proxy-Authorization:"));
                }
                heads.add(String.join("\n", head));
                answer.give(head, socket.getOutputStream());
            } catch (IOException gone) {
                // the client has had enough
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void text(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/x");
    }

    private byte[] receive(URI address, long most, Map<String, String> environment) throws IOException {
        byte[][] received = {{}};
        new Download(SHORT, environment)
                .receive(address, "x", most, FetchProgress.SILENT, in -> received[0] = in.readAllBytes());
        return received[0];
    }

    private void fails(String what) {
        IOException e = assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThrows(IOException.class, () -> receive(address(), 5000, Map.of())));
        assertTrue(e.getMessage().contains(what), e.getMessage());
    }

    @Test
    void longerThanKnown_isCutOff_whetherSaidOrNot() {
        answer = (head, out) -> text(out, "HTTP/1.1 200 OK\r\nContent-Length: 5001\r\n\r\n" + "a".repeat(5001));
        fails("x is longer than the 5000 bytes that it can have");
        answer = (head, out) -> {
            text(out, "HTTP/1.1 200 OK\r\n\r\n");
            for (int i = 0; i < 1_000_000; i++) {
                text(out, "a".repeat(1000));
            }
        };
        fails("x is longer than the 5000 bytes that it can have");
    }

    @Test
    void bodyThatDrips_isGivenUp() {
        answer = (head, out) -> {
            text(out, "HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n");
            for (int i = 0; i < 4000; i++) {
                text(out, "a");
                Thread.sleep(50);
            }
        };
        fails("x comes too slowly: ");
    }

    @Test
    void headThatDrips_isGivenUp() {
        answer = (head, out) -> {
            text(out, "HTTP/1.1 200 OK\r\nX: ");
            for (int i = 0; i < 4000; i++) {
                text(out, "a");
                Thread.sleep(50);
            }
        };
        fails(" is too slow to answer");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "::::|redirects to what is no address",
                "http://[|redirects to what is no address",
                "http://a b/|redirects to what is no address",
                "file:///etc/passwd|redirects to what is not on the web",
                "mailto:a@b|redirects to what is not on the web",
                "ftp://localhost/x|redirects to what is not on the web",
                "http:///x|redirects to what is not on the web",
                "/x|more than 5 redirects",
                "?y|more than 5 redirects",
            })
    void redirectThatLeadsNowhere_isSaid(String location, String what) {
        answer = (head, out) ->
                text(out, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n");
        fails(what);
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1 200 OK\r\nContent-Length: -5", "nonsense", "HTTP/1.1 abc", "''", "HTTP/1.1 407 No"})
    void answerWithoutSense_isAFailureInWords(String head) {
        answer = (request, out) -> text(out, head + "\r\n\r\n");
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            try {
                receive(address(), 5000, Map.of());
            } catch (IOException e) {
                assertFalse(e.getMessage().isBlank());
            }
        });
    }

    private Map<String, String> through(String login) {
        String proxy = "http://" + login + "127.0.0.1:" + server.getLocalPort();
        return Map.of("http_proxy", proxy, "https_proxy", proxy);
    }

    private static String basic(String login) {
        return "Proxy-Authorization: Basic "
                + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void proxy_isSentTheLogin_whenItAsks() throws IOException {
        answer = (head, out) -> text(
                out,
                head.contains(basic("me:pa#ss"))
                        ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                        : "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n\r\n");
        byte[] body = receive(URI.create("http://data.invalid/x"), 10, through("me:pa%23ss@"));
        assertArrayEquals("ok".getBytes(StandardCharsets.UTF_8), body);
        assertTrue(heads.get(0).startsWith("GET http://data.invalid/x "), heads.get(0));
        IOException e = assertThrows(
                IOException.class, () -> receive(URI.create("http://other.invalid/x"), 10, through("me:wrong@")));
        assertFalse(e.toString().contains("wrong"), e.toString());
    }

    @Test
    void proxyOfHttps_isSentTheLogin_too() {
        answer = (head, out) ->
                text(out, "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n\r\n");
        IOException e = assertThrows(
                IOException.class, () -> receive(URI.create("https://data.invalid/x"), 10, through("me:secret@")));
        assertFalse(e.toString().contains("secret"), e.toString());
        assertTrue(heads.get(0).startsWith("CONNECT data.invalid:443 "), heads.get(0));
        assertEquals(2, heads.size(), "a wrong password is not tried again and again");
        assertTrue(heads.get(1).contains(basic("me:secret")), heads.toString());
    }

    @Test
    void socksProxy_isSpokenToAsSuch() throws IOException {
        byte[] first = new byte[1];
        try (ServerSocket socks = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                try (Socket socket = socks.accept()) {
                    first[0] = (byte) socket.getInputStream().read();
                } catch (IOException e) {
                    first[0] = -1;
                }
            });
            thread.start();
            Map<String, String> environment = Map.of("http_proxy", "socks5://127.0.0.1:" + socks.getLocalPort());
            assertThrows(IOException.class, () -> receive(URI.create("http://data.invalid/x"), 10, environment));
        }
        assertEquals(5, first[0]);
    }
}
