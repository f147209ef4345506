package soopt.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GitTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private Path repository;

    @BeforeEach
    void makeRepository() throws Exception {
        repository = Files.createDirectory(folder.resolve("repository"));
    }

    private String git(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-c", "user.name=n", "-c", "user.email=e@x"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(repository.toFile());
        Git.clean(builder.environment());
        Process process = builder.redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), text);
        return text.strip();
    }

    private String commit() throws Exception {
        assumeTrue(exists("git"), "no git here");
        git("init", "-q");
        git("checkout", "-q", "-b", "trunk");
        Files.writeString(repository.resolve("file"), "one\n");
        git("add", "file");
        git("commit", "-q", "-m", "first");
        return git("rev-parse", "HEAD");
    }

    private static boolean exists(String command) throws InterruptedException {
        try {
            return new ProcessBuilder(command, "--version").start().waitFor() == 0;
        } catch (IOException none) {
            return false;
        }
    }

    private Path script(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Optional<Git.Facts> ask(Path executable, Duration limit) {
        return Git.facts(executable.toString(), repository, limit);
    }

    @Test
    void repository_isToldByCommitBranchAndWhetherItChanged() throws Exception {
        String commit = commit();
        Files.writeString(repository.resolve("untracked"), "");

        assertEquals(Optional.of(new Git.Facts(commit, Optional.of("trunk"), false)), Git.facts(repository));
        Files.writeString(repository.resolve("file"), "two\n");
        assertEquals(Optional.of(new Git.Facts(commit, Optional.of("trunk"), true)), Git.facts(repository));
    }

    @Test
    void detachedHead_hasNoBranch() throws Exception {
        String commit = commit();
        git("checkout", "-q", "--detach");

        assertEquals(Optional.of(new Git.Facts(commit, Optional.empty(), false)), Git.facts(repository));
    }

    @Test
    void noRepositoryNoCommitNoGit_areNoFacts() throws Exception {
        assertEquals(Optional.empty(), Git.facts("git", Path.of("/"), LIMIT));
        assertEquals(Optional.empty(), ask(folder.resolve("no-such-program"), LIMIT));
        assumeTrue(exists("git"), "no git here");
        git("init", "-q");
        assertEquals(Optional.empty(), Git.facts(repository));
    }

    /** Each is a program that plain git status would run here. */
    @ParameterizedTest
    @ValueSource(
            strings = {"core.fsmonitor", "core.hooksPath", "filter.f.clean", "filter.f.process", "filter.a.b.clean"})
    void programsThatTheRepositoryNames_areNotRun(String key) throws Exception {
        commit();
        Path ran = folder.resolve("ran");
        Path evil = script("evil", "touch '" + ran + "'\nexit 1\n");
        Files.createDirectory(folder.resolve("hooks"));
        Files.copy(evil, folder.resolve("hooks/post-index-change"), StandardCopyOption.COPY_ATTRIBUTES);
        if (key.startsWith("filter")) {
            String name = key.substring("filter.".length(), key.lastIndexOf('.'));
            Files.writeString(repository.resolve(".git/info/attributes"), "* filter=" + name + "\n");
            git("config", "filter." + name + ".required", "true");
        }
        git("config", key, (key.equals("core.hooksPath") ? folder.resolve("hooks") : evil).toString());
        Files.writeString(repository.resolve("file"), "two\n");

        assertTrue(Git.facts(repository).orElseThrow().dirty());
        assertFalse(Files.exists(ran));
        new ProcessBuilder("git", "status")
                .directory(repository.toFile())
                .start()
                .waitFor();
        assertTrue(Files.exists(ran), "plain git status runs it");
    }

    @Test
    void hangingGit_isLeftWithItsChildren_whenTheTimeIsOver() throws Exception {
        Path pids = folder.resolve("pids");
        Path slow = script("slow", "sleep 60 &\necho $! >>'" + pids + "'\necho $$ >>'" + pids + "'\nsleep 60\n");
        long start = System.nanoTime();

        assertEquals(Optional.empty(), ask(slow, Duration.ofMillis(500)));
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5), "in all, not for each question");
        for (String pid : Files.readAllLines(pids)) {
            assertTrue(ends(Path.of("/proc/" + pid + "/stat")), pid);
        }
    }

    /** A killed process whose parent is gone may stay in the table, as a zombie. */
    private static boolean ends(Path stat) throws Exception {
        for (int i = 0; i < 250; i++) {
            if (!Files.exists(stat) || Files.readString(stat).contains(") Z ")) {
                return true;
            }
            Thread.sleep(20);
        }
        return false;
    }

    @Test
    void childThatKeepsTheOutputOpen_isLeftToo() throws Exception {
        Path orphan = script("orphan", "sleep 60 &\nsleep 0.2\nexit 0\n");
        long start = System.nanoTime();

        assertEquals(Optional.empty(), ask(orphan, Duration.ofMillis(700)));
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void endlessOutput_isReadInPart() throws Exception {
        Path endless = script(
                "endless",
                "case \"$*\" in *status*) ;; *) exit 1 ;; esac\n"
                        + "echo '# branch.oid 0123456789012345678901234567890123456789'\n"
                        + "echo '# branch.head trunk'\nexec yes '1 .M file'\n");

        assertEquals(
                Optional.of(new Git.Facts("0123456789012345678901234567890123456789", Optional.of("trunk"), true)),
                ask(endless, LIMIT));
    }

    @Test
    void failingGit_isNoFact() throws Exception {
        Path failing = script("failing", "echo '# branch.oid 0123456789012345678901234567890123456789'\nexit 128\n");

        assertEquals(Optional.empty(), ask(failing, LIMIT));
    }

    @Test
    void variablesOfGit_areNotBelieved() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "GIT_DIR", "/elsewhere",
                "GIT_CONFIG_COUNT", "1",
                "GIT_TRACE", "/tmp/trace",
                "GIT_CEILING_DIRECTORIES", "/home",
                "PATH", "/bin"));
        Git.clean(environment);

        assertEquals(
                Map.of(
                        "GIT_CEILING_DIRECTORIES",
                        "/home",
                        "PATH",
                        "/bin",
                        "GIT_TERMINAL_PROMPT",
                        "0",
                        "GIT_NO_LAZY_FETCH",
                        "1",
                        "LC_ALL",
                        "C"),
                environment);
    }
}
