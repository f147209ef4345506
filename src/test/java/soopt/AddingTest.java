package soopt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worked example of adding.md is what it says: one file, one word, and it trains. */
class AddingTest {
    private static final Path SOURCES = Path.of("src/main/java/soopt/optimizer");

    /** Classes of soopt from these places, whatever the parent has of them; all else from the parent. */
    private static final class Extended extends URLClassLoader {
        Extended(List<Path> places) throws MalformedURLException {
            super(urls(places), AddingTest.class.getClassLoader());
        }

        private static URL[] urls(List<Path> places) throws MalformedURLException {
            URL[] urls = new URL[places.size()];
            for (int i = 0; i < urls.length; i++) {
                urls[i] = places.get(i).toUri().toURL();
            }
            return urls;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null) {
                    return loaded;
                }
                return name.startsWith("soopt.") ? findClass(name) : super.loadClass(name, resolve);
            }
        }
    }

    private static String first(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertTrue(matcher.find(), pattern);
        return matcher.group(1);
    }

    private static void compile(Path sources, Path classes) throws Exception {
        Path manual = Path.of("src/site/markdown/adding.md");
        String text = Files.readString(manual);
        String example = first("(?s)```java\n(.*?)```", text);
        String name = first("record (\\w+)", example);
        Files.writeString(sources.resolve(name + ".java"), example);
        String menu = Files.readString(SOURCES.resolve("Optimizer.java"));
        String clause = first("(permits [\\w,\\s]+?)\\s*\\{", menu);
        assertTrue(text.contains("`permits …, " + name + "`"));
        Files.writeString(sources.resolve("Optimizer.java"), menu.replace(clause, clause + ", " + name));
        StringWriter messages = new StringWriter();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of(
                                    "-d",
                                    classes.toString(),
                                    "-cp",
                                    "target/classes" + java.io.File.pathSeparator
                                            + System.getProperty("java.class.path")),
                            null,
                            files.getJavaFileObjects(
                                    sources.resolve(name + ".java"), sources.resolve("Optimizer.java")))
                    .call();
            assertTrue(compiled, messages.toString());
        }
    }

    @Test
    void optimizerOfTheManual_isListedAndTrains(@TempDir Path folder) throws Exception {
        Path sources = Files.createDirectories(folder.resolve("sources"));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        compile(sources, classes);
        try (Extended extended = new Extended(List.of(classes, Path.of("target/classes")))) {
            assertTrue(run(extended, "list", "optimizers").contains("normalized-sgd"));
            String trained = run(
                    extended,
                    "run",
                    "configs/quickstart.yaml",
                    "optimizer={type: normalized-sgd, step-size: 0.3}",
                    "dataset.limit=1200",
                    "training.epochs=2",
                    "--results",
                    folder.resolve("results").toString());
            assertTrue(trained.contains("normalized") || trained.contains("completed"), trained);
        }
    }

    /** What a command prints, of another copy of the program. */
    private static String run(ClassLoader loader, String... arguments) throws Exception {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        var commandLine = loader.loadClass("soopt.cli.Main")
                .getDeclaredMethod("commandLine", PrintWriter.class, PrintWriter.class);
        commandLine.setAccessible(true);
        Object root = commandLine.invoke(null, new PrintWriter(out, true), new PrintWriter(err, true));
        Object code = root.getClass().getMethod("execute", String[].class).invoke(root, (Object) arguments);
        assertEquals(0, code, err.toString() + out);
        return out.toString();
    }
}
