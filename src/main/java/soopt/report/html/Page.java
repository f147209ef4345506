package soopt.report.html;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The frame of a page: page.html with its style and scripts inside. Its policy lets it load nothing, and run nothing
 * but these scripts, which it names by their hashes.
 */
final class Page {
    private static final String OURS = "/soopt/report/";
    private static final List<String> SCRIPTS = List.of(
            "data.js",
            "theme.js",
            "table.js",
            "lines.js",
            "curves.js",
            "sweep.js",
            "rates.js",
            "matrices.js",
            "files.js",
            "main.js");
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+)}}");

    private final Map<String, String> parts = new LinkedHashMap<>();

    Page() {
        String version = version();
        String library = resource("/META-INF/resources/webjars/echarts/" + version + "/echarts.min.js");
        StringBuilder script = new StringBuilder("\"use strict\";\n(() => {\n");
        SCRIPTS.forEach(name -> script.append(resource(OURS + name)));
        script.append("})();\n");
        parts.put("style", resource(OURS + "page.css"));
        parts.put("echarts", Html.text(version));
        parts.put("echarts-script", library);
        parts.put("script", script.toString());
        parts.put(
                "policy",
                "default-src 'none'; script-src '" + hash(library) + "' '" + hash(script.toString())
                        + "'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'");
    }

    /** @param html escaped where it is text */
    Page put(String name, String html) {
        parts.put(name, html);
        return this;
    }

    String html() {
        Matcher places = PLACE.matcher(resource(OURS + "page.html"));
        return places.replaceAll(place -> {
            String part = parts.get(place.group(1));
            if (part == null) {
                throw new IllegalStateException("page.html has a place {{" + place.group(1) + "}} that nothing fills");
            }
            return Matcher.quoteReplacement(part);
        });
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream in = Page.class.getResourceAsStream("/META-INF/maven/org.webjars/echarts/pom.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its file " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the text between the tags, as a content security policy names it. */
    static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
