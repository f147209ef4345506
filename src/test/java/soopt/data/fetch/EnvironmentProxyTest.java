package soopt.data.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentProxyTest {
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "https_proxy",
            "http://gate.example.org:8080",
            "HTTP_PROXY",
            "old.example.org",
            "no_proxy",
            "localhost,.in.example");

    private static String proxy(String address) {
        Proxy proxy = EnvironmentProxy.of(URI.create(address), ENVIRONMENT);
        return proxy.address() instanceof InetSocketAddress at ? at.getHostString() + ":" + at.getPort() : "none";
    }

    @Test
    void variables_nameTheProxyOfTheirScheme_inEitherCase() {
        assertEquals("gate.example.org:8080", proxy("https://data.example.com/a"));
        assertEquals("old.example.org:3128", proxy("http://data.example.com/a"));
    }

    @Test
    void exceptions_areReachedDirectly() {
        assertEquals("none", proxy("https://localhost/a"));
        assertEquals("none", proxy("https://a.in.example/a"));
        assertEquals("gate.example.org:8080", proxy("https://main.example/a"));
        assertEquals(Proxy.NO_PROXY, EnvironmentProxy.of(URI.create("https://a.example"), Map.of()));
    }
}
