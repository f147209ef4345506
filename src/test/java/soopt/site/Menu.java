package soopt.site;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The menu of the site, from src/site/menu.yaml.
 *
 * @param pages in the order of the menu
 */
record Menu(List<Section> sections, List<Page> pages) {
    static final Path FILE = Path.of("src/site/menu.yaml");

    /** A heading of the menu and the Markdown below it, by paths from the root of the repository. */
    record Section(String title, List<String> pages) {}

    static Menu read() throws IOException {
        List<Section> sections =
                new ObjectMapper(new YAMLFactory()).readValue(FILE.toFile(), new TypeReference<List<Section>>() {});
        List<Page> pages = new ArrayList<>();
        for (Section section : sections) {
            for (String file : section.pages()) {
                pages.add(Page.read(Path.of(file)));
            }
        }
        return new Menu(sections, List.copyOf(pages));
    }

    Page page(String file) {
        return pages.stream()
                .filter(page -> page.file().equals(Path.of(file)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(file + " is not in the menu"));
    }

    /** The page that a path names, if it is one. */
    Optional<Page> find(Path file) {
        return pages.stream().filter(page -> page.file().equals(file)).findFirst();
    }
}
