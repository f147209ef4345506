package soopt.host;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What the git command says of a folder. It must neither hold a run up nor run anything that the folder names: it gets
 * five seconds in all, none of the programs of the repository's own settings, and nothing of GIT_* but where to stop
 * looking.
 */
public final class Git {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final long POLL_MILLISECONDS = 20;
    /** The first lines say all that is asked; a repository may list millions of changed files after them. */
    private static final int LONGEST_OUTPUT = 1 << 16;

    private static final Set<String> KEPT_VARIABLES =
            Set.of("GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM");
    private static final List<String> NO_PROGRAMS = List.of(
            "--no-pager",
            "--no-optional-locks",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "protocol.allow=never");

    /**
     * The state of a repository.
     *
     * @param commit its hash
     * @param branch empty if HEAD is detached
     * @param dirty whether tracked files differ from the commit
     */
    public record Facts(String commit, Optional<String> branch, boolean dirty) {}

    private final String executable;
    private final Path folder;
    private final long deadline;

    private Git(String executable, Path folder, Duration limit) {
        this.executable = executable;
        this.folder = folder;
        this.deadline = System.nanoTime() + limit.toNanos();
    }

    /** Empty where there is no git, no repository, no commit, or no answer in five seconds. */
    public static Optional<Facts> facts(Path folder) {
        return facts("git", folder, LIMIT);
    }

    static Optional<Facts> facts(String executable, Path folder, Duration limit) {
        Git git = new Git(executable, folder, limit);
        List<String> status = new ArrayList<>(NO_PROGRAMS);
        // git says 1 where no filter is set. A filter is a program that status runs on files whose times changed.
        git.output(List.of("config", "--local", "--includes", "--name-only", "--get-regexp", "^filter\\."), 1)
                .ifPresent(names -> names.lines().forEach(name -> {
                    status.add("-c");
                    status.add(name + (name.endsWith(".required") ? "=false" : "="));
                }));
        status.addAll(
                List.of("status", "--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules=dirty"));
        return git.output(status, 0).flatMap(Git::parse);
    }

    private static Optional<Facts> parse(String text) {
        Optional<String> commit = header(text, "# branch.oid ").filter(oid -> oid.matches("[0-9a-f]{40,64}"));
        Optional<String> branch = header(text, "# branch.head ").filter(head -> !head.equals("(detached)"));
        boolean dirty = text.lines().anyMatch(line -> !line.startsWith("#"));
        return commit.map(oid -> new Facts(oid, branch, dirty));
    }

    private static Optional<String> header(String text, String key) {
        return text.lines()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()))
                .findFirst();
    }

    /** The environment that git gets. */
    static void clean(Map<String, String> environment) {
        environment.keySet().removeIf(name -> name.startsWith("GIT_") && !KEPT_VARIABLES.contains(name));
        environment.put("GIT_TERMINAL_PROMPT", "0");
        environment.put("GIT_NO_LAZY_FETCH", "1");
        environment.put("LC_ALL", "C");
    }

    /**
     * What it prints, as far as {@link #LONGEST_OUTPUT}; empty if it fails or is late.
     *
     * @param alsoFine an exit status that is no failure either
     */
    private Optional<String> output(List<String> arguments, int alsoFine) {
        List<String> command = new ArrayList<>(List.of(executable));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        clean(builder.environment());
        if (System.nanoTime() >= deadline) {
            return Optional.empty();
        }
        try {
            return await(builder.start(), alsoFine);
        } catch (IOException noGit) {
            return Optional.empty();
        }
    }

    private Optional<String> await(Process process, int alsoFine) {
        Set<ProcessHandle> started = new HashSet<>();
        try {
            CompletableFuture<byte[]> reader = new CompletableFuture<>();
            Thread thread = new Thread(() -> read(process, reader), "git output");
            thread.setDaemon(true);
            thread.start();
            while (System.nanoTime() < deadline) {
                // Children must be noted while their parent lives: later nothing tells whose they were.
                process.descendants().forEach(started::add);
                Optional<byte[]> output = poll(reader);
                if (output.isPresent()) {
                    return ended(process, output.get(), alsoFine);
                }
            }
            return Optional.empty();
        } catch (ExecutionException unreadable) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            process.descendants().forEach(started::add);
            process.destroyForcibly();
            started.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static void read(Process process, CompletableFuture<byte[]> reader) {
        try {
            reader.complete(process.getInputStream().readNBytes(LONGEST_OUTPUT));
        } catch (IOException e) {
            reader.completeExceptionally(e);
        }
    }

    private static Optional<byte[]> poll(CompletableFuture<byte[]> reader)
            throws ExecutionException, InterruptedException {
        try {
            return Optional.of(reader.get(POLL_MILLISECONDS, TimeUnit.MILLISECONDS));
        } catch (TimeoutException notYet) {
            return Optional.empty();
        }
    }

    private Optional<String> ended(Process process, byte[] output, int alsoFine) throws InterruptedException {
        if (output.length < LONGEST_OUTPUT) {
            boolean ended = process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (!ended || (process.exitValue() != 0 && process.exitValue() != alsoFine)) {
                return Optional.empty();
            }
        }
        return Optional.of(new String(output, StandardCharsets.UTF_8));
    }
}
