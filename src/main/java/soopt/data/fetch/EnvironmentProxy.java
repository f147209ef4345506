package soopt.data.fetch;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The proxy that http_proxy, https_proxy, all_proxy and no_proxy name, as for curl. Clusters set these variables; Java
 * itself reads only system properties, which win here. A setting that cannot be followed is refused in words: to pass
 * by a proxy silently is to wait for a time-out. What is said never holds the setting, which may hold a password.
 *
 * @param proxy what to connect through
 * @param login who to be for it
 */
record EnvironmentProxy(Proxy proxy, Optional<PasswordAuthentication> login) {
    private static final EnvironmentProxy DIRECT = new EnvironmentProxy(Proxy.NO_PROXY, Optional.empty());
    private static final int HTTP_PORT = 3128;
    private static final int SOCKS_PORT = 1080;

    /** scheme://user:password@host:port/; the last @ ends the login, so that a password may hold any character. */
    private static final Pattern SETTING = Pattern.compile(
            "(?:(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?:(?<login>.*)@)?"
                    + "(?<host>[^\\s/@:\\[\\]?#%]+|\\[[0-9A-Fa-f:.]+])(?::(?<port>\\d{1,5}))?/?",
            Pattern.DOTALL);

    private static final Pattern NETWORK = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)\\.(\\d+)(?:/(\\d{1,2}))?");

    /**
     * How to reach this address.
     *
     * @param system what knows the system properties
     * @throws IOException if the setting cannot be followed, in words without it
     */
    static EnvironmentProxy of(URI address, Map<String, String> environment, ProxySelector system) throws IOException {
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        if (System.getProperty(scheme + ".proxyHost") != null || System.getProperty("socksProxyHost") != null) {
            return new EnvironmentProxy(system.select(address).get(0), Optional.empty());
        }
        String name = value(scheme + "_proxy", environment).isEmpty() ? "all_proxy" : scheme + "_proxy";
        String setting = value(name, environment);
        if (setting.isEmpty() || direct(address, value("no_proxy", environment))) {
            return DIRECT;
        }
        return parse(name, setting);
    }

    private static EnvironmentProxy parse(String name, String setting) throws IOException {
        Matcher parts = SETTING.matcher(setting);
        if (!parts.matches()) {
            throw new IOException(name + " is no address of a proxy: write http://host:port");
        }
        String scheme =
                Optional.ofNullable(parts.group("scheme")).orElse("http").toLowerCase(Locale.ROOT);
        boolean socks = scheme.matches("socks(4a?|5h?)?");
        if (!socks && !scheme.equals("http")) {
            throw new IOException(name + " names a proxy of the kind " + scheme
                    + "://; soopt speaks to http:// and socks5:// proxies (or import the files)");
        }
        int standard = socks ? SOCKS_PORT : HTTP_PORT;
        int port = parts.group("port") == null ? standard : Integer.parseInt(parts.group("port"));
        if (port > 0xffff) {
            throw new IOException(name + " has the port " + port + ", but ports are at most 65535");
        }
        if (socks && parts.group("login") != null) {
            throw new IOException(name + " has a user for a SOCKS proxy, which soopt does not send: use one without, or"
                    + " an http:// proxy");
        }
        return new EnvironmentProxy(
                new Proxy(
                        socks ? Proxy.Type.SOCKS : Proxy.Type.HTTP,
                        new InetSocketAddress(parts.group("host").replaceAll("[\\[\\]]", ""), port)),
                Optional.ofNullable(parts.group("login")).map(EnvironmentProxy::login));
    }

    private static PasswordAuthentication login(String text) {
        int colon = text.indexOf(':');
        String user = colon < 0 ? text : text.substring(0, colon);
        String password = colon < 0 ? "" : text.substring(colon + 1);
        return new PasswordAuthentication(decoded(user), decoded(password).toCharArray());
    }

    /** %40 is @; a % that begins no escape stands for itself. */
    private static String decoded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer decoded = ByteBuffer.allocate(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high >= 0 ? Character.digit(bytes[i + 2], 16) : -1;
            decoded.put(low >= 0 ? (byte) (high << 4 | low) : bytes[i]);
            i += low >= 0 ? 2 : 0;
        }
        return new String(decoded.array(), 0, decoded.position(), StandardCharsets.UTF_8);
    }

    /**
     * Tells the proxy who we are, and nobody else, and once: Java would repeat a wrong password twenty times, which
     * locks accounts.
     */
    Optional<Authenticator> authenticator() {
        AtomicBoolean told = new AtomicBoolean();
        return login.map(known -> new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return getRequestorType() == RequestorType.PROXY && told.compareAndSet(false, true) ? known : null;
            }
        });
    }

    private static boolean direct(URI address, String exceptions) {
        String host = Optional.ofNullable(address.getHost())
                .orElse("")
                .replaceAll("[\\[\\]]|\\.$", "")
                .toLowerCase(Locale.ROOT);
        int standard = address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
        int port = address.getPort() < 0 ? standard : address.getPort();
        return List.of(exceptions.toLowerCase(Locale.ROOT).split("[,\\s]+")).stream()
                .anyMatch(exception -> excepts(exception, host, port));
    }

    /** *, host, .domain, *.domain, each also with :port; 10.1.2.3, 10.0.0.0/8; [::1]. */
    private static boolean excepts(String exception, String host, int port) {
        if (exception.equals("*")) {
            return true;
        }
        Matcher network = NETWORK.matcher(exception);
        Matcher number = NETWORK.matcher(host);
        if (network.matches() && number.matches()) {
            int bits = network.group(5) == null ? 32 : Math.min(32, Integer.parseInt(network.group(5)));
            return bits == 0 || (bits(network) ^ bits(number)) >>> 32 - bits == 0;
        }
        String place = exception.replaceAll("[\\[\\]]", "");
        if (exception.matches("(\\[.*]|[^:]*):\\d+")) {
            int colon = exception.lastIndexOf(':');
            if (!exception.substring(colon + 1).equals(Integer.toString(port))) {
                return false;
            }
            place = exception.substring(0, colon).replaceAll("[\\[\\]]", "");
        }
        String domain = place.replaceFirst("^\\*?\\.", "").replaceFirst("\\.$", "");
        return !domain.isEmpty() && (host.equals(domain) || host.endsWith("." + domain));
    }

    private static int bits(Matcher number) {
        int bits = 0;
        for (int i = 1; i <= 4; i++) {
            bits = bits << 8 | Integer.parseInt(number.group(i)) & 0xff;
        }
        return bits;
    }

    private static String value(String name, Map<String, String> environment) {
        String lower = environment.getOrDefault(name, "").strip();
        return lower.isEmpty()
                ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "").strip()
                : lower;
    }
}
