package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/** Runs command lines within the test's process. */
public final class Cli {
    private Cli() {}

    /** What a command line did. */
    public record Result(int code, String out, String err) {
        public List<String> errorLines() {
            return err.lines().toList();
        }

        public Result expect(int expected) {
            assertEquals(expected, code, () -> "out: " + out + "\nerr: " + err);
            assertFalse(err.contains("\tat "), () -> "a stack trace: " + err);
            return this;
        }
    }

    /** The commands and their options. */
    public static CommandLine commandLine() {
        return Main.commandLine(new PrintWriter(PrintWriter.nullWriter()), new PrintWriter(PrintWriter.nullWriter()));
    }

    public static Result run(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        int code = Main.execute(new PrintWriter(out), new PrintWriter(err), words);
        return new Result(code, out.toString(), err.toString());
    }
}
