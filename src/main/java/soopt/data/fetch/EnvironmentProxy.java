package soopt.data.fetch;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.Locale;
import java.util.Map;

/**
 * The proxy that http_proxy, https_proxy and no_proxy name, as for curl. Clusters set these variables; Java itself
 * reads only system properties, which win here.
 */
final class EnvironmentProxy {
    private static final int DEFAULT_PORT = 3128;

    private EnvironmentProxy() {}

    /** How to reach this address. */
    static Proxy of(URI address, Map<String, String> environment) {
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        String setting = value(scheme + "_proxy", environment);
        if (System.getProperty(scheme + ".proxyHost") != null) {
            return ProxySelector.getDefault().select(address).get(0);
        }
        if (setting.isEmpty() || direct(address.getHost(), value("no_proxy", environment))) {
            return Proxy.NO_PROXY;
        }
        URI proxy = URI.create(setting.contains("://") ? setting : "http://" + setting);
        int port = proxy.getPort() < 0 ? DEFAULT_PORT : proxy.getPort();
        return proxy.getHost() == null
                ? Proxy.NO_PROXY
                : new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), port));
    }

    private static boolean direct(String host, String exceptions) {
        for (String exception : exceptions.split(",")) {
            String domain = exception.strip().replaceFirst("^\\*?\\.", "");
            if (exception.strip().equals("*")
                    || !domain.isEmpty() && (host.equals(domain) || host.endsWith("." + domain))) {
                return true;
            }
        }
        return false;
    }

    private static String value(String name, Map<String, String> environment) {
        String lower = environment.getOrDefault(name, "");
        return lower.isEmpty() ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "") : lower;
    }
}
