package soopt.data.fetch;

import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Watches the connections that code of others opens: each address is said once, goes through the proxy of the
 * environment, and offline is refused. Java asks its proxy selector before every connection; there is one for the whole
 * process, so this is for a moment in which nothing else connects.
 */
public final class ForeignConnections {
    private ForeignConnections() {}

    /**
     * Calls code of others.
     *
     * @param name of who connects, for messages
     */
    public static <T> T watch(String name, Store store, Callable<T> code) throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        ProxySelector.setDefault(new Watch(name, store, before));
        try {
            return code.call();
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    private static final class Watch extends ProxySelector {
        private final String name;
        private final Store store;
        private final ProxySelector before;
        private final Set<String> said = new HashSet<>();

        Watch(String name, Store store, ProxySelector before) {
            this.name = name;
            this.store = store;
            this.before = before;
        }

        @Override
        public List<Proxy> select(URI uri) {
            String address = uri.toString();
            if (store.offline()) {
                throw new DatasetException(name + " wants " + address + ", and nothing may be fetched offline; run it"
                        + " once without --offline");
            }
            if (!uri.getScheme().startsWith("http")) {
                // a socket; where it is that of a page, the page has been said
                if (said.add(String.valueOf(uri.getHost()))) {
                    store.progress().note(name + " connects to " + address);
                }
                return List.of(Proxy.NO_PROXY);
            }
            said.add(String.valueOf(uri.getHost()));
            if (said.add(address)) {
                store.progress().note(name + " fetches " + address);
            }
            try {
                return List.of(EnvironmentProxy.of(uri, System.getenv(), before).proxy());
            } catch (IOException e) {
                throw new DatasetException(e.getMessage(), e);
            }
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException e) {
            // who asked gets the exception
        }
    }
}
