package soopt.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What the git command says of a folder; empty where there is no git or no repository. */
public final class Git {
    private static final int SECONDS = 5;

    private Git() {}

    public static Optional<String> commit(Path folder) {
        return output(folder, "rev-parse", "HEAD");
    }

    public static Optional<String> branch(Path folder) {
        return output(folder, "rev-parse", "--abbrev-ref", "HEAD");
    }

    /** Whether tracked files differ from the commit. */
    public static Optional<Boolean> dirty(Path folder) {
        return output(folder, "status", "--porcelain", "--untracked-files=no").map(text -> !text.isBlank());
    }

    private static Optional<String> output(Path folder, String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            return process.exitValue() == 0 ? Optional.of(text.strip()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
