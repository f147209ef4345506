package soopt.data.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentProxyTest {
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "https_proxy",
            "http://gate.example.org:8080",
            "HTTP_PROXY",
            "old.example.org",
            "no_proxy",
            "localhost,.in.example");

    private static EnvironmentProxy of(String address, Map<String, String> environment) throws IOException {
        return EnvironmentProxy.of(URI.create(address), environment, ProxySelector.getDefault());
    }

    private static String proxy(String address, Map<String, String> environment) throws IOException {
        Proxy proxy = of(address, environment).proxy();
        return proxy.address() instanceof InetSocketAddress at
                ? proxy.type() + " " + at.getHostString() + ":" + at.getPort()
                : "none";
    }

    private static String setting(String value) throws IOException {
        return proxy("http://data.example.com/a", Map.of("http_proxy", value));
    }

    @Test
    void variables_nameTheProxyOfTheirScheme_inEitherCase() throws IOException {
        assertEquals("HTTP gate.example.org:8080", proxy("https://data.example.com/a", ENVIRONMENT));
        assertEquals("HTTP old.example.org:3128", proxy("http://data.example.com/a", ENVIRONMENT));
        assertEquals("HTTP all.example:1", proxy("https://data.example.com", Map.of("ALL_PROXY", "all.example:1")));
    }

    @Test
    void exceptions_areReachedDirectly() throws IOException {
        assertEquals("none", proxy("https://localhost/a", ENVIRONMENT));
        assertEquals("none", proxy("https://a.in.example/a", ENVIRONMENT));
        assertEquals("HTTP gate.example.org:8080", proxy("https://main.example/a", ENVIRONMENT));
        assertEquals(Proxy.NO_PROXY, of("https://a.example", Map.of()).proxy());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*|a.example|true",
                "a.example|A.Example|true",
                "A.EXAMPLE.|b.a.example|true",
                "*.a.example|b.a.example|true",
                "a.example|ba.example|false",
                "b.example a.example|a.example|true",
                "a.example:80|a.example|true",
                "a.example:443|a.example|false",
                "a.example:8080|a.example:8080|true",
                "10.0.0.0/8|10.1.2.3|true",
                "10.0.0.0/8|11.1.2.3|false",
                "10.1.2.3|10.1.2.3|true",
                "0.0.0.0/0|11.1.2.3|true",
                "[::1]|[::1]|true",
                "::1|[::1]|true",
                "'  ,, '|a.example|false",
            })
    void noProxy_isReadAsOthersReadIt(String exceptions, String host, boolean direct) throws IOException {
        Map<String, String> environment = Map.of("http_proxy", "http://gate:1", "NO_PROXY", exceptions);
        assertEquals(direct, proxy("http://" + host + "/x", environment).equals("none"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://gate_keeper.example:8080|HTTP gate_keeper.example:8080|-|-",
                "gate_1|HTTP gate_1:3128|-|-",
                "http://me:pa#ss@gate:1/|HTTP gate:1|me|pa#ss",
                "http://me:p@ss:w/o?rd@gate:1|HTTP gate:1|me|p@ss:w/o?rd",
                "http://m%40e:p%23%C3%A9%zz@gate:1|HTTP gate:1|m@e|p#é%zz",
                "http://me@gate|HTTP gate:3128|me|''",
                "http://[::1]:8|HTTP 0:0:0:0:0:0:0:1:8|-|-",
                "socks5://gate|SOCKS gate:1080|-|-",
                "socks5h://gate:9|SOCKS gate:9|-|-",
                "SOCKS4://gate:9|SOCKS gate:9|-|-",
            })
    void setting_isTakenApart_whateverTheLoginHolds(String value, String proxy, String user, String password)
            throws IOException {
        assertEquals(proxy, setting(value));
        EnvironmentProxy known = of("http://data.example", Map.of("http_proxy", value));
        assertEquals(!user.equals("-"), known.login().isPresent());
        known.login().ifPresent((PasswordAuthentication login) -> {
            assertEquals(user, login.getUserName());
            assertArrayEquals(password.toCharArray(), login.getPassword());
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://me:secret@",
                "http://me:secret@gate:port",
                "http://me:secret@gate:99999",
                "https://me:secret@gate:1",
                "socks5://me:secret@gate:1",
                "http://me:secret@ga te:1",
                "ftp://secret@gate",
                "http://"
            })
    void settingThatCannotBeFollowed_isRefused_withoutItsSecrets(String value) {
        IOException e = assertThrows(IOException.class, () -> setting(value));
        assertTrue(e.getMessage().startsWith("http_proxy "), e.getMessage());
        assertFalse(e.toString().contains("secret"), e.getMessage());
        assertFalse(String.valueOf(e.getCause()).contains("secret"), e.getMessage());
    }
}
