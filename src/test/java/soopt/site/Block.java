package soopt.site;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.FencedCodeBlock;

/**
 * A block of code of a page. Its info string says what it is and what a test does with it:
 *
 * <ul>
 *   <li>{@code sh}: command lines of soopt, run one after the other; {@code sh shorter WORD…}: with these words added
 *   to those that train, which the site leaves out; {@code sh ends N}: with exit code N; {@code sh parsed}: only
 *   parsed, and the experiment file bound if it is there; {@code sh shell}: lines for a shell, whose grammar bash
 *   reads, and whose lines of soopt are parsed <li>{@code yaml FILE}: written to that file and bound as an experiment;
 *   {@code yaml of FILE}: keys in place of those of that file, bound <li>{@code csv FILE}: written to that file
 *   <li>{@code python}: run where there is a Python with NumPy; {@code python compiled}: only compiled
 *   <li>{@code text}: after a block of commands, lines of what they print; numbers may differ, … stands for anything
 *   <li>{@code r}, {@code java}: looked at by {@link GuideTest} and by AddingTest
 * </ul>
 */
record Block(String page, int line, String kind, List<String> words, String text) {
    private static final Pattern WORD = Pattern.compile("(?:'[^']*'|\"[^\"]*\"|[^\\s'\"])+");

    static List<Block> of(String page, String markdown) {
        List<Block> blocks = new ArrayList<>();
        Page.PARSER.parse(markdown).accept(new AbstractVisitor() {
            @Override
            public void visit(FencedCodeBlock block) {
                List<String> words =
                        new ArrayList<>(List.of(block.getInfo().strip().split("\\s+")));
                String kind = words.remove(0);
                int line = block.getSourceSpans().get(0).getLineIndex() + 1;
                blocks.add(new Block(page, line, kind, words, block.getLiteral()));
            }
        });
        return blocks;
    }

    String place() {
        return page + ":" + line;
    }

    boolean is(String kind, String first) {
        return this.kind.equals(kind) && !words.isEmpty() && words.get(0).equals(first);
    }

    /** Command lines, those that go on after a backslash joined, without comments. */
    List<String> lines() {
        return text.replace("\\\n", " ")
                .lines()
                .map(line -> line.replaceAll("(^|\\s)# .*$", "").strip())
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** The words of a command line, without the quotes of a shell. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            words.add(matcher.group().replaceAll("['\"]", ""));
        }
        return words;
    }
}
