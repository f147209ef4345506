package soopt.cli.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.experiment.file.Experiment;
import soopt.file.Column;
import soopt.spec.JsonSchema;

/** The reference lacks nothing that the program binds, parses or writes. */
class ReferenceTest {
    private static String printed(Object... words) {
        Object[] line = Stream.concat(Stream.of("reference"), Stream.of(words)).toArray();
        return Cli.run(line).expect(ExitCode.OK).out();
    }

    private static Set<String> find(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void keys_areThoseOfTheSchema() throws IOException {
        Set<String> keys = new TreeSet<>();
        Set<String> words = new TreeSet<>();
        collect(new ObjectMapper().readTree(JsonSchema.of(Experiment.class)), keys, words);
        keys.remove("type");
        String page = printed("keys");
        assertEquals(keys, find("(?m)^\\| `([^`]+)` \\| [^|]+ \\| (?:required|none|its defaults|`[^`]*`) \\| ", page));
        words.removeIf(
                word -> page.contains("`" + word + "`") || page.matches("(?s).*\\b" + Pattern.quote(word) + "\\b.*"));
        assertEquals(Set.of(), words);
    }

    private static void collect(JsonNode node, Set<String> keys, Set<String> words) {
        node.path("properties").fieldNames().forEachRemaining(keys::add);
        if (node.has("const")) {
            words.add(node.path("const").asText());
        }
        node.path("enum").forEach(word -> words.add(word.asText()));
        node.elements().forEachRemaining(child -> collect(child, keys, words));
    }

    @Test
    void everyKey_hasAMeaning() {
        for (String row :
                printed("keys").lines().filter(line -> line.startsWith("| ")).toList()) {
            assertFalse(row.endsWith("|  |"), row);
        }
    }

    @Test
    void sections_areFoundByTheirNames() {
        assertEquals(Set.of("budget"), find("(?m)^#+ training\\.(\\w+)$", printed("keys", "training.budget")));
        assertTrue(printed("keys", "newton-summary").startsWith("### optimizer: newton-summary\n"));
        assertTrue(printed("commands", "soopt bench curvature").contains("--warm-up"));
        assertTrue(printed("files", "steps.csv").startsWith("| column | meaning |\n"));
    }

    @Test
    void commands_haveAllOptionsThatAreShown() {
        String page = printed("commands");
        CommandLine root = Cli.commandLine();
        for (Commands command : Commands.all(root)) {
            String section = CommandPages.page(root, List.of(command.name()));
            assertTrue(page.contains(section), command.name());
            CommandLine line = root;
            for (String word : command.name().split(" ")) {
                line = word.equals("soopt") ? line : line.getSubcommands().get(word);
            }
            line.getCommandSpec().options().stream()
                    .filter(option -> !option.hidden())
                    .forEach(option -> assertTrue(section.contains(option.longestName()), section));
            assertFalse(command.examples().isEmpty(), command.name());
        }
    }

    @Test
    void everyFileWithColumns_isOnThePageOfFiles() throws IOException {
        String page = Files.readString(Path.of("src/site/markdown/files.md"));
        FilePages.columns().forEach((file, columns) -> {
            assertTrue(page.contains("<!-- soopt reference files " + file + " -->"), file);
            assertEquals(columns.size(), new HashSet<>(Column.names(columns)).size(), file);
        });
    }

    @Test
    void exitCodes_areThoseOfTheHelp() {
        Set<String> told = find("(\\d+) (?=[a-z])", ExitCode.HELP);
        Set<String> listed = find("(?m)^\\| (\\d+) \\|", printed("exit-codes"));
        assertTrue(listed.containsAll(told), told + " " + listed);
        listed.removeAll(told);
        assertEquals(Set.of("141"), listed);
    }

    @Test
    void variables_areThoseThatTheLauncherExplains() throws IOException {
        String launcher = Files.readString(Path.of("scripts/soopt"));
        Set<String> explained = find("(?m)^#   (SOOPT_[A-Z_]+)", launcher);
        Set<String> listed = find("(SOOPT_[A-Z_]+)", printed("environment"));
        assertEquals(explained, listed);
        assertTrue(explained.size() >= 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "keys nonsense", "files nonsense", "man nonsense", "keys --out x"})
    void whatThereIsNot_isAMistake(String line) {
        Cli.Result result = Cli.run((Object[]) ("reference " + line).split(" ")).expect(ExitCode.USAGE);
        assertEquals(2, result.errorLines().size(), result.err());
    }

    @TempDir
    Path folder;

    @Test
    void manual_hasAPageForEachCommand_thatRoffReads() throws Exception {
        assertEquals("", printed("man", "--out", folder.resolve("man1")));
        List<Path> pages;
        try (Stream<Path> files = Files.list(folder.resolve("man1"))) {
            pages = files.sorted().toList();
        }
        assertEquals(Commands.all(Cli.commandLine()).size(), pages.size());
        for (Path page : pages) {
            String text = Files.readString(page);
            assertTrue(text.startsWith(".TH \""), text);
            // a line that begins with a point is a request: one of those that are written here
            assertEquals(
                    Set.of(), find("(?m)^(['.](?!TH |SH |TP$|PP$|nh$|ad l$|nf$|fi$|BR ).*)$", text), page.toString());
        }
        Process groff;
        try {
            List<String> command = new ArrayList<>(List.of("groff", "-k", "-man", "-Tutf8", "-ww", "-z"));
            pages.forEach(page -> command.add(page.toString()));
            groff = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException missing) {
            assumeTrue(false, "no groff");
            return;
        }
        String said = new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, groff.waitFor(), said);
        assertEquals("", said);
    }
}
