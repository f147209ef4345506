package soopt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What sources and pages refer to exists. */
class DocumentsTest {
    private static final Path PAGES = Path.of("src/site/markdown");

    private static List<Path> files(Path folder, String ending) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<MatchResult> find(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().toList();
    }

    @Test
    void sectionsThatSourcesCite_exist() throws IOException {
        Set<String> sections = new TreeSet<>();
        find("(?m)^## (\\d+)\\. ", Files.readString(PAGES.resolve("curvature.md")))
                .forEach(heading -> sections.add(heading.group(1)));
        int citations = 0;
        for (Path source : files(Path.of("src"), ".java")) {
            for (MatchResult citation : find("curvature\\.md,? (§\\d+[^)}*]*)", Files.readString(source))) {
                for (MatchResult number : find("§(\\d+)", citation.group(1))) {
                    citations++;
                    assertTrue(sections.contains(number.group(1)), source + " cites §" + number.group(1));
                }
            }
        }
        assertTrue(citations >= 12, citations + " citations");
    }

    @Test
    void pagesThatSourcesName_exist() throws IOException {
        List<Path> places = List.of(Path.of("."), PAGES, Path.of("src/test/resources"));
        Set<String> missing = new TreeSet<>();
        for (Path source : files(Path.of("src"), ".java")) {
            for (MatchResult page : find("(?<![\\w/-])(?!target/)[\\w/-]+\\.md\\b", Files.readString(source))) {
                if (places.stream().noneMatch(place -> Files.exists(place.resolve(page.group())))) {
                    missing.add(source + ": " + page.group());
                }
            }
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void filesAndPagesThatPagesName_exist() throws IOException {
        Path classes = Path.of("src/main/java/soopt");
        Set<String> missing = new TreeSet<>();
        for (Path page : files(PAGES, ".md")) {
            String text = Files.readString(page);
            for (MatchResult link : find("\\]\\(([\\w.-]+\\.md)\\)", text)) {
                if (!Files.exists(PAGES.resolve(link.group(1)))) {
                    missing.add(page + ": " + link.group(1));
                }
            }
            for (MatchResult file : find("`([a-z]+(?:/[a-z0-9]+)*/[A-Z]\\w+)\\.java`", text)) {
                String name = file.group(1);
                boolean example = name.endsWith("/X") || name.endsWith("XCommand") || name.endsWith("NormalizedSgd");
                if (!example && !Files.exists(classes.resolve(name + ".java"))) {
                    missing.add(page + ": " + name);
                }
            }
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void packagesOfTheDesignPage_areThoseThereAre() throws IOException {
        Set<String> named = new TreeSet<>();
        for (MatchResult row : find("(?m)^\\| (`[^|]+) \\|", Files.readString(PAGES.resolve("design.md")))) {
            String parent = "";
            for (MatchResult name : find("`([\\w.]+)`", row.group(1))) {
                boolean below = name.group(1).startsWith(".");
                named.add(below ? parent + name.group(1) : name.group(1));
                parent = below ? parent : name.group(1);
            }
        }
        Set<String> present = new TreeSet<>();
        Path root = Path.of("src/main/java/soopt");
        for (Path file : files(root, ".java")) {
            present.add(root.relativize(file.getParent()).toString().replace('/', '.'));
        }
        assertEquals(present, named);
    }

    @Test
    void comments_keepTo120Columns() throws IOException {
        Set<String> longer = new TreeSet<>();
        for (Path source : files(Path.of("src"), ".java")) {
            int number = 0;
            for (String line : Files.readAllLines(source)) {
                number++;
                boolean comment = line.strip().startsWith("*") || line.contains("/**") || line.contains("// ");
                if (comment && !line.contains("\"") && line.codePointCount(0, line.length()) > 120) {
                    longer.add(source + ":" + number);
                }
            }
        }
        assertEquals(Set.of(), longer);
    }
}
