package soopt.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.Node;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.text.TextContentRenderer;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;

/**
 * A page: its Markdown in the repository.
 *
 * @param file from the root of the repository
 * @param text what the program tells put in its places: a line {@code <!-- soopt reference … -->} stands for what that
 *     command prints
 */
record Page(Path file, String text, Node tree) {
    static final Parser PARSER = Parser.builder()
            .extensions(List.of(TablesExtension.create()))
            .includeSourceSpans(IncludeSourceSpans.BLOCKS)
            .build();

    private static final Pattern PRINTED = Pattern.compile("(?m)^<!-- soopt (reference [^\\n]*?) -->$");

    private static final Pattern TITLE = Pattern.compile("(?m)^# (.+)$");

    /** A heading, with the anchor that it has on GitHub too. */
    record Section(int level, String words, String anchor) {}

    static Page read(Path file) throws IOException {
        String text = PRINTED.matcher(Files.readString(file)).replaceAll(Page::printed);
        return new Page(file, text, PARSER.parse(text));
    }

    private static String printed(MatchResult command) {
        Object[] words = command.group(1).split(" ");
        return Matcher.quoteReplacement(Cli.run(words).expect(ExitCode.OK).out());
    }

    /** Its name in the site. */
    String html() {
        boolean isAbove = file.getNameCount() == 2 || file.getParent() == null;
        String name = isAbove
                ? file.toString().replace('/', '-').toLowerCase(Locale.ROOT)
                : file.getFileName().toString();
        return name.replaceFirst("\\.md$", ".html");
    }

    String title() {
        return TITLE.matcher(text).results().findFirst().orElseThrow().group(1);
    }

    /** What the menu calls it. */
    String name() {
        return file.equals(Path.of("README.md")) ? "README" : title();
    }

    List<Section> sections() {
        List<Section> sections = new ArrayList<>();
        tree.accept(new AbstractVisitor() {
            @Override
            public void visit(Heading heading) {
                String words = words(heading);
                String anchor = anchor(words);
                long same = sections.stream()
                        .filter(section -> anchor(section.words()).equals(anchor))
                        .count();
                sections.add(new Section(heading.getLevel(), words, same == 0 ? anchor : anchor + "-" + same));
            }
        });
        return sections;
    }

    static String words(Heading heading) {
        return TextContentRenderer.builder().build().render(heading).strip().replaceAll("(?<!\\S)\"|\"(?!\\S)", "");
    }

    /** As GitHub makes it. */
    private static String anchor(String words) {
        return words.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    /** The blocks of code that stand in the file itself. */
    List<FencedCodeBlock> blocks() throws IOException {
        List<FencedCodeBlock> blocks = new ArrayList<>();
        PARSER.parse(Files.readString(file)).accept(new AbstractVisitor() {
            @Override
            public void visit(FencedCodeBlock block) {
                blocks.add(block);
            }
        });
        return blocks;
    }
}
