package soopt.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of the manual as a site: all in the menu, every link leads somewhere, nothing comes from elsewhere. */
class SiteTest {
    private static final Path PAGES = Path.of("src/site/markdown");

    @TempDir
    static Path site;

    @BeforeAll
    static void make() throws IOException {
        Site.write(site, Optional.empty());
    }

    private static Map<String, String> pages() throws IOException {
        Map<String, String> pages = new HashMap<>();
        try (Stream<Path> files = Files.list(site)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".html")).toList()) {
                pages.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return pages;
    }

    private static List<String> find(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    @Test
    void everyPage_isInTheMenuOnce() throws IOException {
        List<String> listed =
                Menu.read().pages().stream().map(page -> page.file().toString()).toList();
        assertEquals(listed.size(), Set.copyOf(listed).size());
        try (Stream<Path> files = Files.list(PAGES)) {
            Set<String> missing = files.map(Path::toString)
                    .filter(file -> !listed.contains(file))
                    .collect(Collectors.toSet());
            assertEquals(Set.of(), missing);
        }
    }

    @Test
    void linksAndAnchors_leadSomewhere() throws IOException {
        Map<String, String> pages = pages();
        Map<String, Set<String>> anchors = new HashMap<>();
        pages.forEach((name, html) -> {
            List<String> ids = find("\\bid=\"([^\"]*)\"", html);
            anchors.put(name, new TreeSet<>(ids));
            assertEquals(ids.size(), anchors.get(name).size(), name + " has an anchor twice");
        });
        Set<String> broken = new TreeSet<>();
        int links = 0;
        for (Map.Entry<String, String> page : pages.entrySet()) {
            for (String link : find("href=\"([^\"]*)\"", page.getValue())) {
                if (link.matches("https?://.*|mailto:.*")) {
                    continue;
                }
                links++;
                String[] parts = link.split("#", 2);
                String file = parts[0].isEmpty() ? page.getKey() : parts[0];
                boolean leads = parts.length == 1 || !file.endsWith(".html")
                        ? Files.exists(site.resolve(file))
                        : anchors.getOrDefault(file, Set.of())
                                .contains(URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
                if (!leads) {
                    broken.add(page.getKey() + ": " + link);
                }
            }
        }
        assertEquals(Set.of(), broken);
        assertTrue(links > 500, links + " links");
    }

    /** GuideTest runs these commands. */
    @Test
    void pictures_areCommitted_orMadeByACommandOfTheirPage() throws IOException {
        int pictures = 0;
        for (Page page : Menu.read().pages()) {
            for (String picture : find("!\\[[^\\]]+\\]\\(([^)]+)\\)", page.text())) {
                pictures++;
                assertTrue(
                        Files.isRegularFile(Path.of(picture))
                                || page.text().matches("(?s).*\nsoopt plot [^\n]*--out " + picture + "\n.*"),
                        page.file() + ": " + picture);
            }
        }
        assertTrue(pictures >= 2);
    }

    @Test
    void pages_needNeitherScriptsNorNetwork() throws IOException {
        assertFalse(Files.readString(site.resolve("site.css")).matches("(?s).*(@import|url\\().*"));
        pages().forEach((name, html) -> {
            assertFalse(html.matches("(?is).*<(script|iframe|object|embed)\\b.*"), name);
            assertEquals(List.of(), find("\\bsrc=\"(https?:[^\"]*)\"", html), name);
            assertEquals(List.of("site.css"), find("<link [^>]*href=\"([^\"]*)\"", html), name);
            assertFalse(html.contains("<!-- soopt"), name);
        });
    }

    @Test
    void everyPage_hasOneTitle() throws IOException {
        pages().forEach((name, html) -> assertEquals(1, find("<(h1)\\b", html).size(), name));
    }
}
