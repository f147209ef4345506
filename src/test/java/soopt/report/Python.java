package soopt.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A Python of this machine, for programs that others would run. */
public final class Python {
    private Python() {}

    /** One that has this module, if there is one. */
    public static Optional<String> with(String module) throws InterruptedException {
        for (String python : List.of("python3", "/usr/bin/python3")) {
            if (run(python, "-c", "import " + module).code() == 0) {
                return Optional.of(python);
            }
        }
        return Optional.empty();
    }

    /** How a program ended, and what it said. */
    public record Result(int code, String said) {}

    public static Result run(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), said);
        } catch (IOException missing) {
            return new Result(127, "no " + command[0]);
        }
    }
}
