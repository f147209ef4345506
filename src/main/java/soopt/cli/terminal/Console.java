package soopt.cli.terminal;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import soopt.file.Shown;

/**
 * The one way to the user's screen. What comes from files, servers and exceptions cannot move its cursor: characters
 * that terminals obey are printed as {@code \}{@code u001b}; only {@link #control} sends them. The first failure to
 * write is kept.
 */
public final class Console extends PrintWriter {
    private final Gate gate;

    private Console(Writer out, Gate gate) {
        super(out, true);
        this.gate = gate;
    }

    /** UTF-8, whatever the locale. */
    public static Console on(OutputStream stream) {
        Gate gate = new Gate(stream);
        return new Console(new OutputStreamWriter(gate, StandardCharsets.UTF_8), gate);
    }

    /** In front of a writer that is there already. */
    public static Console on(PrintWriter writer) {
        return writer instanceof Console console
                ? console
                : new Console(writer, new Gate(OutputStream.nullOutputStream()));
    }

    /** Sends characters that terminals obey. */
    public static void control(PrintWriter out, String sequence) {
        if (out instanceof Console console) {
            console.raw(sequence);
        } else {
            out.print(sequence);
        }
    }

    private void raw(String text) {
        super.write(text, 0, text.length());
    }

    @Override
    public void write(int c) {
        raw(Shown.text(Character.toString(c)));
    }

    @Override
    public void write(char[] buffer, int offset, int length) {
        raw(Shown.text(new String(buffer, offset, length)));
    }

    @Override
    public void write(String text, int offset, int length) {
        raw(Shown.text(text.substring(offset, offset + length)));
    }

    /** Why something printed did not arrive. */
    public Optional<IOException> failure() {
        flush();
        return Optional.ofNullable(gate.failure);
    }

    /** PrintWriter swallows exceptions; here they pass first. */
    private static final class Gate extends FilterOutputStream {
        private IOException failure;

        Gate(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }
    }
}
