package soopt.report.html;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, driven over its debugging protocol: it clicks, presses keys, and keeps what the
 * page complains about and asks the network for.
 */
final class Browser implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int SECONDS = 20;

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final Incoming incoming;
    private final List<String> complaints = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private String session = "";
    private int calls;

    private Browser(Process process, Path profile, WebSocket socket, Incoming incoming) {
        this.process = process;
        this.profile = profile;
        this.socket = socket;
        this.incoming = incoming;
    }

    /** Where it is installed, if it is. */
    static Optional<Path> installed() {
        String[] folders = System.getenv().getOrDefault("PATH", "").split(":");
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Stream.of(folders).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** @param profile an empty folder */
    static Browser start(Path program, Path profile) throws IOException {
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--no-first-run",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Incoming incoming = new Incoming();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(address(process)), incoming)
                .join();
        Browser browser = new Browser(process, profile, socket, incoming);
        String target = browser.call("Target.createTarget", Map.of("url", "about:blank"))
                .path("targetId")
                .asText();
        browser.session = browser.call("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .asText();
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            browser.call(domain + ".enable", Map.of());
        }
        return browser;
    }

    /** What it prints when it listens; the rest of its words is read past. */
    private static String address(Process process) throws IOException {
        BufferedReader said = process.errorReader();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            int at = line.indexOf("ws://");
            if (line.startsWith("DevTools listening") && at >= 0) {
                Thread reader = new Thread(() -> said.lines().forEach(rest -> {}));
                reader.setDaemon(true);
                reader.start();
                return line.substring(at).strip();
            }
        }
        throw new IOException("the browser ended before it listened");
    }

    private static final class Incoming implements WebSocket.Listener {
        private final StringBuilder part = new StringBuilder();
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            part.append(data);
            if (last) {
                messages.add(part.toString());
                part.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }

    /** A command and its result; events that come meanwhile are looked at. */
    JsonNode call(String method, Map<String, ?> parameters) {
        int id = ++calls;
        ObjectNode message = MAPPER.createObjectNode().put("id", id).put("method", method);
        message.set("params", MAPPER.valueToTree(parameters));
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        socket.sendText(message.toString(), true).join();
        for (JsonNode answer = next(); ; answer = next()) {
            if (answer.path("id").asInt() == id) {
                if (answer.has("error")) {
                    throw new IllegalStateException(method + ": " + answer.path("error"));
                }
                return answer.path("result");
            }
        }
    }

    private JsonNode next() {
        try {
            String text = incoming.messages.poll(SECONDS, TimeUnit.SECONDS);
            if (text == null) {
                throw new IllegalStateException("the browser says nothing for " + SECONDS + " s");
            }
            JsonNode message = MAPPER.readTree(text);
            JsonNode details = message.path("params");
            switch (message.path("method").asText()) {
                case "Runtime.exceptionThrown" -> complaints.add(details.toString());
                case "Runtime.consoleAPICalled" ->
                    complaints.add(details.path("args").toString());
                case "Log.entryAdded" ->
                    complaints.add(details.path("entry").path("text").asText());
                case "Network.requestWillBeSent" ->
                    requests.add(details.path("request").path("url").asText());
                default -> {}
            }
            return message;
        } catch (InterruptedException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Loads a page and waits until its scripts say that they are done. */
    void open(Path page, int width, int height) {
        complaints.clear();
        requests.clear();
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        call("Page.navigate", Map.of("url", page.toUri().toString()));
        until("document.readyState === 'complete' && document.documentElement.dataset.ready === 'yes'");
    }

    /** Waits for a condition in the page. */
    void until(String condition) {
        for (int i = 0; i < 20 * SECONDS; i++) {
            if (evaluate(condition).asBoolean()) {
                return;
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        throw new AssertionError("not so after " + SECONDS + " s: " + condition + "; the page said " + complaints);
    }

    /** The value of an expression in the page. */
    JsonNode evaluate(String expression) {
        JsonNode result =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result.path("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    String text(String expression) {
        return evaluate(expression).asText();
    }

    /** Clicks with the mouse in the middle of the element. */
    void click(String selector) {
        double[] at = middle(selector);
        mouse("mousePressed", at, Map.of("button", "left", "clickCount", 1));
        mouse("mouseReleased", at, Map.of("button", "left", "clickCount", 1));
    }

    /** Moves the mouse to a place relative to the element's upper left corner. */
    void hover(String selector, double x, double y) {
        JsonNode corner = box(selector);
        mouse(
                "mouseMoved",
                new double[] {corner.get(0).asDouble() + x, corner.get(1).asDouble() + y},
                Map.of());
    }

    void mouse(String type, double[] at, Map<String, ?> more) {
        Map<String, Object> event = new HashMap<>(Map.of("type", type, "x", at[0], "y", at[1]));
        event.putAll(more);
        call("Input.dispatchMouseEvent", event);
    }

    double[] middle(String selector) {
        JsonNode box = box(selector);
        return new double[] {
            box.get(0).asDouble() + box.get(2).asDouble() / 2,
            box.get(1).asDouble() + box.get(3).asDouble() / 2
        };
    }

    private JsonNode box(String selector) {
        return evaluate("(() => { const e = document.querySelector(" + MAPPER.valueToTree(selector)
                + "); e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
                + " return [r.x, r.y, r.width, r.height]; })()");
    }

    /** Presses a key where the focus is: Tab, Enter, ArrowRight, or a letter. */
    void press(String key) {
        Map<String, Integer> codes = Map.of("Tab", 9, "Enter", 13, " ", 32, "ArrowLeft", 37, "ArrowRight", 39);
        String text = key.length() == 1 ? key : key.equals("Enter") ? "\r" : "";
        int code = codes.getOrDefault(key, (int) key.charAt(0));
        call(
                "Input.dispatchKeyEvent",
                Map.of("type", "keyDown", "key", key, "windowsVirtualKeyCode", code, "text", text));
        call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key, "windowsVirtualKeyCode", code));
    }

    /** Types where the focus is. */
    void type(String words) {
        call("Input.insertText", Map.of("text", words));
    }

    /** Chooses in a select, as a user does. */
    void choose(String selector, String value) {
        evaluate("(() => { const s = document.querySelector('" + selector + "'); s.value = '" + value
                + "'; s.dispatchEvent(new Event('change')); })()");
    }

    /** The system's wish for colours, and the medium. */
    void media(String colours, String medium) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of("media", medium, "features", List.of(Map.of("name", "prefers-color-scheme", "value", colours))));
    }

    byte[] pdf() {
        return Base64.getDecoder()
                .decode(call("Page.printToPDF", Map.of("printBackground", true))
                        .path("data")
                        .asText());
    }

    /** Messages on the console, exceptions and violations of the page's policy since it was opened. */
    List<String> complaints() {
        evaluate("1");
        return List.copyOf(complaints);
    }

    /** What was asked for since the page was opened. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    @Override
    public void close() {
        socket.abort();
        process.destroy();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            // a link out of the folder, which whoever clears it would warn of
            Files.deleteIfExists(profile.resolve("SingletonSocket"));
        } catch (InterruptedException | IOException e) {
            process.destroyForcibly();
        }
    }
}
