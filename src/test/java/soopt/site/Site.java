package soopt.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * The pages of the menu as HTML files that need neither network nor scripts: {@code mvn test-compile site} makes them
 * in target/site, with the pictures that the commands of the pages make.
 */
final class Site {
    private static final Path THEME = Path.of("src/site/theme");

    private final Menu menu;
    private final Path folder;
    private final Optional<Path> guide;
    /** What pages link to that is no page, copied beside them. */
    private final Set<Path> files = new TreeSet<>();

    private Site(Menu menu, Path folder, Optional<Path> guide) {
        this.menu = menu;
        this.folder = folder;
        this.guide = guide;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[0]);
        Path guide = folder.resolveSibling("guide");
        clear(guide);
        List<String> lines = Guide.follow(Files.createDirectories(guide), "full");
        List<String> failed =
                lines.stream().filter(line -> !line.startsWith(Guide.OK)).toList();
        failed.forEach(line -> System.err.println(line.replace('¶', '\n')));
        write(folder, Optional.of(guide));
        System.out.println("pages: " + folder.resolve("index.html").toAbsolutePath());
        System.exit(failed.isEmpty() ? 0 : 1);
    }

    /** Takes away what the pages made last time; links are not followed. */
    private static void clear(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /**
     * Makes the pages in a folder.
     *
     * @param guide where the commands of the pages were followed, for the pictures that they made
     */
    static void write(Path folder, Optional<Path> guide) throws IOException {
        new Site(Menu.read(), Files.createDirectories(folder), guide).write();
    }

    private void write() throws IOException {
        String template = Files.readString(THEME.resolve("page.html"));
        for (Page page : menu.pages()) {
            Map<String, String> parts = new LinkedHashMap<>();
            parts.put("title", escaped(page.title()));
            parts.put("menu", menuOf(page));
            parts.put("content", content(page));
            parts.put("contents", contents(page));
            parts.put("next", next(page));
            String html = template;
            for (Map.Entry<String, String> part : parts.entrySet()) {
                html = html.replace("{" + part.getKey() + "}", part.getValue());
            }
            Files.writeString(folder.resolve(page.html()), html);
        }
        Files.copy(THEME.resolve("site.css"), folder.resolve("site.css"), StandardCopyOption.REPLACE_EXISTING);
        for (Path file : files) {
            Path copy = folder.resolve("files").resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private String menuOf(Page here) {
        return menu.sections().stream()
                .filter(section -> !section.pages().isEmpty())
                .map(section -> "<h2>" + escaped(section.title()) + "</h2>\n<ul>\n"
                        + section.pages().stream()
                                .map(menu::page)
                                .map(page -> "<li><a href=\"" + page.html() + "\""
                                        + (page.html().equals(here.html()) ? " aria-current=\"page\"" : "") + ">"
                                        + escaped(page.name()) + "</a></li>\n")
                                .collect(Collectors.joining())
                        + "</ul>")
                .collect(Collectors.joining("\n"));
    }

    private static String contents(Page page) {
        List<Page.Section> sections =
                page.sections().stream().filter(section -> section.level() == 2).toList();
        if (sections.size() < 2) {
            return "";
        }
        return "<div class=\"contents\"><div><p>On this page</p><ul>\n"
                + sections.stream()
                        .map(section ->
                                "<li><a href=\"#" + section.anchor() + "\">" + escaped(section.words()) + "</a></li>\n")
                        .collect(Collectors.joining())
                + "</ul></div></div>";
    }

    private String next(Page page) {
        int place = menu.pages().indexOf(page) + 1;
        if (place >= menu.pages().size()) {
            return "";
        }
        Page next = menu.pages().get(place);
        return "Next: <a href=\"" + next.html() + "\">" + escaped(next.name()) + "</a>";
    }

    private String content(Page page) {
        Iterator<Page.Section> sections = page.sections().iterator();
        Map<Node, Page.Section> headings = new HashMap<>();
        return HtmlRenderer.builder()
                .extensions(List.of(TablesExtension.create()))
                .attributeProviderFactory(context -> (node, tag, attributes) -> {
                    if (node instanceof Heading) {
                        attributes.put(
                                "id",
                                headings.computeIfAbsent(node, it -> sections.next())
                                        .anchor());
                    } else if (node instanceof Link link) {
                        attributes.put("href", target(page, link.getDestination()));
                    } else if (node instanceof Image image) {
                        attributes.put("src", picture(image.getDestination()));
                    }
                })
                .build()
                .render(page.tree())
                .replaceAll("(?s)<!--.*?-->\\n?", "")
                .replace("<table>", "<div class=\"wide\"><table>")
                .replace("</table>", "</table></div>");
    }

    /** Where a link of a page leads within the site. */
    private String target(Page page, String link) {
        if (link.matches("[a-z]+:.*") || link.startsWith("#")) {
            return link;
        }
        int hash = link.indexOf('#');
        String anchor = hash < 0 ? "" : link.substring(hash);
        String path = hash < 0 ? link : link.substring(0, hash);
        Path file = Optional.ofNullable(page.file().getParent())
                .orElse(Path.of(""))
                .resolve(path)
                .normalize();
        Optional<Page> known = menu.find(file);
        if (known.isPresent()) {
            return known.get().html() + anchor;
        }
        if (Files.isRegularFile(file)) {
            files.add(file);
            return "files/" + file + anchor;
        }
        return path + anchor;
    }

    /** A picture of the repository, or one that a command of the page makes, beside the pages. */
    private String picture(String name) {
        Path committed = Path.of(name);
        if (Files.isRegularFile(committed)) {
            files.add(committed);
            return "files/" + name;
        }
        guide.map(made -> made.resolve(name)).filter(Files::exists).ifPresent(made -> {
            try {
                Files.copy(made, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return name;
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("`", "");
    }
}
