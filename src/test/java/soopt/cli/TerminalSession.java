package soopt.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import soopt.cli.terminal.Terminal;

/**
 * A process for {@link TerminalTest}: runs the command lines of a file, one after the other, as the program does, each
 * between two marks. The words of a line are separated by tabs.
 */
final class TerminalSession {
    private TerminalSession() {}

    static String begin(int index) {
        return "<<begin " + index + ">>";
    }

    static String end(int index) {
        return "<<end " + index + " exit ";
    }

    public static void main(String[] arguments) throws IOException {
        Terminal.redirect();
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        List<String> lines = Files.readAllLines(Path.of(arguments[0]));
        for (int i = 0; i < lines.size(); i++) {
            System.out.println(begin(i));
            int code = Main.execute(out, err, lines.get(i).split("\t"));
            out.flush();
            err.flush();
            System.out.println(end(i) + code + ">>");
        }
        System.exit(0);
    }
}
