package soopt.site;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;

/**
 * Does what the pages of the manual tell their readers to do, page after page, in the working folder of this process,
 * as {@link Block} says. Prints a line for each block.
 */
final class Guide {
    static final String OK = "ok ";
    static final String FAILED = "FAILED ";

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Pattern GLOB = Pattern.compile("[*]");

    private final boolean inFull;
    private String said = "";

    private Guide(boolean inFull) {
        this.inFull = inFull;
    }

    /** Follows all pages of the manual in a process of its own, whose working folder is this one; its lines. */
    static List<String> follow(Path folder, String length) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx1g",
                "-Dorg.nd4j.log.initialization=false",
                "-Dsoopt.home=" + Path.of("").toAbsolutePath(),
                "-cp",
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(place -> Path.of(place).toAbsolutePath().toString())
                        .collect(Collectors.joining(File.pathSeparator)),
                Guide.class.getName(),
                Path.of("").toAbsolutePath().toString(),
                length));
        Menu.read().pages().stream()
                .map(page -> page.file().toString())
                .filter(file -> file.startsWith("src/site/"))
                .forEach(command::add);
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(folder.resolve("errors.log").toFile())
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0
                ? said.lines().toList()
                : List.of(FAILED + said + Files.readString(folder.resolve("errors.log")));
    }

    /**
     * @param arguments the root of the repository; "full" to train as long as the pages say, else "short"; the pages
     */
    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]);
        for (String folder : List.of("configs", "datasets")) {
            if (!Files.exists(Path.of(folder))) {
                Files.createSymbolicLink(Path.of(folder), root.resolve(folder));
            }
        }
        Fixtures.write();
        Guide guide = new Guide(arguments[1].equals("full"));
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        for (int i = 2; i < arguments.length; i++) {
            guide.said = "";
            for (Block block : Block.of(arguments[i], Files.readString(root.resolve(arguments[i])))) {
                long began = System.nanoTime();
                try {
                    guide.follow(block);
                    out.printf("%s%s %.1f s%n", OK, block.place(), (System.nanoTime() - began) / 1e9);
                } catch (AssertionError | RuntimeException | IOException | InterruptedException e) {
                    out.println(FAILED + block.place() + " "
                            + String.valueOf(e.getMessage()).replace('\n', '¶'));
                }
            }
        }
        System.exit(0);
    }

    private void follow(Block block) throws IOException, InterruptedException {
        switch (block.kind()) {
            case "sh" -> commands(block);
            case "yaml" -> yaml(block);
            case "csv" -> Files.writeString(Path.of(block.words().get(0)), block.text());
            case "python" -> python(block);
            case "text" -> said(block);
            case "java", "r", "" -> {}
            default -> throw new AssertionError("a block of kind '" + block.kind() + "' is not known");
        }
    }

    // ---- command lines ----

    private void commands(Block block) throws IOException, InterruptedException {
        if (block.is("sh", "shell")) {
            require(process(block.text(), "bash", "-n"), "bash");
        }
        StringBuilder all = new StringBuilder();
        for (String line : block.lines()) {
            List<String> words = Block.words(line);
            String program = words.remove(0);
            boolean isSoopt = program.equals("soopt") || program.equals("scripts/soopt");
            if (block.is("sh", "shell") || block.is("sh", "parsed")) {
                if (isSoopt) {
                    parse(words);
                }
                continue;
            }
            if (!isSoopt) {
                throw new AssertionError(line + ": only soopt is run; mark the block 'sh shell'");
            }
            all.append(run(block, words));
        }
        said = all.toString();
    }

    private String run(Block block, List<String> line) throws IOException {
        List<String> words = new ArrayList<>();
        Path out = null;
        for (int i = 0; i < line.size(); i++) {
            if (line.get(i).equals(">")) {
                out = Path.of(line.get(++i));
            } else {
                words.addAll(expanded(line.get(i)));
            }
        }
        if (block.is("sh", "shorter") && !inFull && List.of("run", "sweep").contains(words.get(0))) {
            words.addAll(block.words().subList(1, block.words().size()));
        }
        int code = block.is("sh", "ends") ? Integer.parseInt(block.words().get(1)) : ExitCode.OK;
        Cli.Result result = Cli.run(words.toArray()).expect(code);
        if (out != null) {
            Files.writeString(out, result.out());
        }
        return result.out() + result.err();
    }

    /** Names of files in place of a star, as a shell puts them; the word itself if there is none. */
    private static List<String> expanded(String word) throws IOException {
        if (!GLOB.matcher(word).find() || word.contains("=")) {
            return List.of(word);
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + word);
        try (Stream<Path> files = Files.walk(Path.of(word.substring(0, word.indexOf('/'))), 8)) {
            List<String> found = files.filter(matcher::matches)
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .map(Path::toString)
                    .sorted()
                    .toList();
            return found.isEmpty() ? List.of(word) : found;
        }
    }

    private static void parse(List<String> words) {
        int end = words.stream()
                .filter(word -> word.matches("[|>&;]+|2>.*"))
                .findFirst()
                .map(words::indexOf)
                .orElse(words.size());
        List<String> line = words.subList(0, end);
        CommandLine.ParseResult parsed = Cli.commandLine().parseArgs(line.toArray(new String[0]));
        boolean takesFile =
                List.of("run", "sweep", "check", "curvature", "spectrum").contains(line.get(0));
        if (takesFile && !parsed.subcommand().isUsageHelpRequested() && Files.exists(Path.of(line.get(1)))) {
            Cli.run("config", "validate", line.get(1)).expect(ExitCode.OK);
        }
    }

    // ---- files ----

    private static void yaml(Block block) throws IOException {
        Path file = Path.of(block.words().get(0));
        if (file.toString().equals("of")) {
            ObjectNode whole =
                    (ObjectNode) YAML.readTree(Path.of(block.words().get(1)).toFile());
            whole.setAll((ObjectNode) YAML.readTree(block.text()));
            file = Path.of("of-" + block.line() + ".yaml");
            Files.writeString(file, YAML.writeValueAsString(whole));
        } else {
            Files.writeString(file, block.text());
        }
        Cli.run("config", "validate", file).expect(ExitCode.OK);
    }

    private void python(Block block) throws IOException, InterruptedException {
        boolean compiled = block.is("python", "compiled");
        if (!process("import numpy", "python3", "-").isEmpty()) {
            return;
        }
        String program =
                compiled ? "compile('''" + block.text().replace("\\", "\\\\") + "''', 'page', 'exec')" : block.text();
        said = require(process(program, "python3", "-"), "python3");
    }

    private static String require(String said, String program) {
        if (said.startsWith(FAILED)) {
            throw new AssertionError(program + ": " + said);
        }
        return said;
    }

    /** What a program prints that reads a text; begins with FAILED if it does not end well. */
    private static String process(String text, String... command) throws IOException, InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? said : FAILED + said;
        } catch (UncheckedIOException | IOException missing) {
            return FAILED + missing.getMessage();
        }
    }

    // ---- what is shown of what commands print ----

    private void said(Block block) {
        if (said.isEmpty()) {
            return;
        }
        List<String> lines = said.lines().map(Guide::plain).toList();
        for (String line : block.text().lines().filter(each -> !each.isBlank()).toList()) {
            String pattern = Stream.of(plain(line).split("…", -1))
                    .map(Pattern::quote)
                    .reduce((a, b) -> a + ".*" + b)
                    .orElse("");
            if (lines.stream().noneMatch(each -> each.matches(pattern))) {
                throw new AssertionError("nothing printed is like: " + line + "\nbut: " + said);
            }
        }
    }

    /** A line whose numbers, names of runs and blanks do not tell it from others. */
    private static String plain(String line) {
        return line.replaceAll("\\b[0-9a-f]{7,}\\b", "0")
                .replaceAll("[-−+]?\\d[\\d.,:]*(e[-+]?\\d+)?", "0")
                .replaceAll("[▁▂▃▄▅▆▇█]+", "▁")
                .replaceAll("\\s+", " ")
                .strip();
    }
}
