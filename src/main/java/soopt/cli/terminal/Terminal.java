package soopt.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Help.Ansi;

/** What the launcher found out about the user's terminal, in system properties soopt.*. */
public final class Terminal {
    private static final int DEFAULT_COLUMNS = 80;

    private Terminal() {}

    /**
     * Makes System.out and System.err write UTF-8 whatever the locale, and System.err go to the descriptor that
     * soopt.stderr numbers: the launcher keeps the JVM's own messages off the terminal by giving descriptor 2 to a
     * filter. Java has no public way to a descriptor by its number, hence the reflection here.
     */
    public static void redirect() {
        System.setOut(utf8(new FileOutputStream(FileDescriptor.out)));
        System.setErr(utf8(stderr()));
    }

    /** Results for the user. */
    public static Console out() {
        return Console.on(new FileOutputStream(FileDescriptor.out));
    }

    /** Messages for the user. */
    public static Console err() {
        return Console.on(stderr());
    }

    /** Columns of the terminal that results go to; no limit elsewhere, where a row is a line. */
    public static int resultColumns() {
        return Boolean.getBoolean("soopt.terminal.out") ? columns() : Integer.MAX_VALUE;
    }

    /**
     * A file opened anew would have a position of its own, and two writers would overwrite each other: so the
     * descriptor itself.
     */
    private static FileOutputStream stderr() {
        int number = Integer.getInteger("soopt.stderr", 2);
        if (number == 2) {
            return new FileOutputStream(FileDescriptor.err);
        }
        try {
            Constructor<FileDescriptor> constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
            constructor.setAccessible(true);
            return new FileOutputStream(constructor.newInstance(number));
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            return new FileOutputStream(FileDescriptor.err);
        }
    }

    private static PrintStream utf8(FileOutputStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }

    /** Whether messages go to a terminal that can rewrite a line. */
    public static boolean interactive() {
        return Boolean.getBoolean("soopt.terminal") && !"dumb".equals(System.getenv("TERM"));
    }

    public static int columns() {
        int columns = Integer.getInteger("soopt.columns", DEFAULT_COLUMNS);
        return columns > 0 ? columns : DEFAULT_COLUMNS;
    }

    /** Colours where help goes to a terminal, unless NO_COLOR forbids them (no-color.org). */
    public static Ansi ansi() {
        String noColor = System.getenv("NO_COLOR");
        boolean wanted = noColor == null || noColor.isEmpty();
        return wanted && Boolean.getBoolean("soopt.terminal.out") && !"dumb".equals(System.getenv("TERM"))
                ? Ansi.ON
                : Ansi.OFF;
    }
}
