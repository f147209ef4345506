package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher in a small checkout, with a Maven and a Java that only tell what they were asked. */
@Timeout(30)
class LauncherTest {
    /** What the launcher may count on; no Maven and no Java are among it. */
    private static final List<String> TOOLS = List.of(
            "awk bash cat chmod cp date dirname env find flock getconf grep head ln nproc locale mkdir mv readlink rm sed sleep"
                    .split(" "));

    private static final List<String> MORE_TOOLS = List.of("stty", "tail", "touch", "tr", "uname");

    /** A jar is its source's text and the end that each zip file has. */
    private static final String MAVEN = """
            #!/usr/bin/env bash
            echo run >>maven-runs
            mkdir -p target/lib
            case ${FAKE_MAVEN:-} in
              fail) echo "[ERROR] ';' expected"; exit 1 ;;
              dies) : >target/soopt.jar; kill -9 $$ ;;
              launcher-dies) : >target/soopt.jar; kill -9 $PPID; exit 1 ;;
              slow) sleep 0.5 ;;
            esac
            for jar in lib/a.jar soopt.jar; do
              { cat src/main/A.java; printf 'PK\\005\\006'; } >target/$jar
            done
            """;

    private static final String JAVA = """
            #!/usr/bin/env bash
            if [[ " $* " == *" -version "* ]]; then
              if [[ $* == *-Xmx100t* ]]; then echo "Could not reserve enough space" >&2; exit 1; fi
              exit 0
            fi
            printf 'arg %s\\n' "$@"
            echo "LC_ALL=${LC_ALL:-}" "OMP_NUM_THREADS=${OMP_NUM_THREADS:-}"
            while [[ $1 != -cp ]]; do shift; done
            jar=${2%%:*}
            [[ -z ${FAKE_WAIT:-} ]] || { : >"$FAKE_WAIT.begun"; while [[ ! -e $FAKE_WAIT ]]; do sleep 0.02; done; }
            head -n 1 "$jar"
            """;

    @TempDir
    Path folder;

    private Path home;
    private final Map<String, String> environment = new TreeMap<>();

    private record Said(int code, String out, String err) {
        Said expect(int expected) {
            assertEquals(expected, code, () -> "out: " + out + "\nerr: " + err);
            return this;
        }

        /** The last line of what Java printed: the source that its jar was made of. */
        String jar() {
            List<String> lines = out.lines().toList();
            return lines.get(lines.size() - 1);
        }
    }

    @BeforeEach
    void checkOut() throws IOException {
        for (String tool : Stream.concat(TOOLS.stream(), MORE_TOOLS.stream()).toList()) {
            for (String place : List.of("/bin/", "/usr/bin/")) {
                if (Files.exists(Path.of(place + tool))) {
                    executable(folder.resolve("bin/" + tool), "#!/bin/sh\nexec " + place + tool + " \"$@\"\n");
                }
            }
        }
        checkOut("checkout");
        write(folder.resolve("jdk/release"), "JAVA_VERSION=\"17.0.1\"\nMODULES=\"java.base jdk.incubator.vector\"\n");
        executable(folder.resolve("jdk/bin/java"), JAVA);
        executable(folder.resolve("maven/mvn"), MAVEN);
        environment.put("JAVA_HOME", folder.resolve("jdk").toString());
        environment.put("HOME", folder.resolve("home").toString());
        environment.put("PATH", folder.resolve("maven") + ":" + folder.resolve("bin"));
        environment.put("LC_ALL", "C.UTF-8");
    }

    private void checkOut(String name) throws IOException {
        home = folder.resolve(name);
        executable(home.resolve("scripts/soopt"), Files.readString(Path.of("scripts/soopt")));
        write(home.resolve("pom.xml"), "<project/>");
        source("first");
    }

    private void source(String text) throws IOException {
        write(home.resolve("src/main/A.java"), text + "\n");
        Files.setLastModifiedTime(home.resolve("src/main/A.java"), FileTime.from(Instant.now()));
    }

    private static Path write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static void executable(Path file, String text) throws IOException {
        Files.setPosixFilePermissions(write(file, text), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void withoutMaven() {
        environment.put("PATH", folder.resolve("bin").toString());
    }

    private Process begin(String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Said end(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), out, err);
    }

    private Said start(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("scripts/soopt").toString()));
        command.addAll(List.of(arguments));
        return end(begin(command.toArray(String[]::new)));
    }

    private Said shell(String line) throws IOException, InterruptedException {
        return end(begin(folder.resolve("bin/bash").toString(), "-c", line));
    }

    private long mavenRuns() throws IOException {
        return Files.readAllLines(home.resolve("maven-runs")).size();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "scripts/soopt",
                "scripts/bench/run.sh",
                "scripts/test/release.sh",
                "scripts/test/slurm.sh",
                "scripts/test/slurm-cluster.sh",
                ".ci/run"
            })
    void script_isExecutableAndHasNoSyntaxError(String script) throws IOException, InterruptedException {
        assertTrue(Files.isExecutable(Path.of(script)), script);
        Process bash = new ProcessBuilder("bash", "-n", script)
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bash.waitFor(), said);
        assertEquals("", said);
    }

    // ---- the build ----

    @Test
    void start_buildsOnce_untilASourceChanges() throws IOException, InterruptedException {
        assertEquals("first", start("list").expect(0).jar());
        assertEquals("", start("list").expect(0).err());
        assertEquals(1, mavenRuns());
        source("second");
        assertEquals("second", start("list").expect(0).jar());
        assertEquals(2, mavenRuns());
    }

    @ParameterizedTest
    @ValueSource(strings = {"dies", "launcher-dies"})
    void buildKilledHalfWay_leavesTheLastBuild_andIsMadeAgain(String how) throws IOException, InterruptedException {
        start().expect(0);
        source("second");
        environment.put("FAKE_MAVEN", how);
        assertFalse(start().code() == 0);
        assertEquals(0, Files.size(home.resolve("target/soopt.jar")));
        environment.put("SOOPT_BUILD", "never");
        assertEquals("first", start().expect(0).jar());
        environment.remove("SOOPT_BUILD");
        environment.remove("FAKE_MAVEN");
        assertEquals("second", start().expect(0).jar());
    }

    @Test
    void jarOfNoBytes_newerThanTheSources_isNoBuild() throws IOException, InterruptedException {
        write(home.resolve("target/soopt.jar"), "");
        Files.createDirectories(home.resolve("target/lib"));
        assertEquals("first", start().expect(0).jar());
    }

    @Test
    void halfALibrary_isRemovedBeforeMavenTakesItForWhole() throws IOException, InterruptedException {
        write(home.resolve("target/lib/gone.jar"), "PK half");
        start().expect(0);
        assertFalse(Files.exists(home.resolve("target/lib/gone.jar")));
    }

    @Test
    void classesOfAnEarlierBuild_areMadeAnew_forWhatTheyUseMayHaveChanged() throws IOException, InterruptedException {
        Path stale = write(home.resolve("target/classes/soopt/Stale.class"), "of a source that is gone");
        start().expect(0);
        assertFalse(Files.exists(stale));
    }

    // ---- a release ----

    private void release() throws IOException {
        home = folder.resolve("soopt-1.0");
        executable(home.resolve("bin/soopt"), Files.readString(Path.of("scripts/soopt")));
        write(home.resolve("soopt.jar"), "released\nPK\005\006");
        write(home.resolve("lib/a.jar"), "PK\005\006");
        withoutMaven();
    }

    @Test
    void release_startsWithoutMaven_andWritesNothingBesideItsJars() throws IOException, InterruptedException {
        release();
        Said said = shell(home.resolve("bin/soopt") + " list").expect(0);
        assertEquals("released", said.jar());
        assertEquals("", said.err());
        assertFalse(Files.exists(home.resolve("target")));
    }

    @Test
    void release_takesTheJavaThatCameWithIt() throws IOException, InterruptedException {
        release();
        write(home.resolve("runtime/release"), "JAVA_VERSION=\"21.0.1\"\nMODULES=\"java.base\"\n");
        executable(home.resolve("runtime/bin/java"), JAVA.replace("head -n 1", "echo of the release; head -n 1"));
        Said said = shell(home.resolve("bin/soopt") + " list").expect(0);
        assertTrue(said.out().contains("of the release"), said.out());
        assertFalse(said.out().contains("jdk.incubator.vector"), said.out());
    }

    @Test
    void jarThatMavenMadeByHand_isTaken() throws IOException, InterruptedException {
        start().expect(0);
        for (String jar : List.of("lib/a.jar", "soopt.jar")) {
            write(home.resolve("target/" + jar), "by hand\nPK\5\6");
        }
        withoutMaven();
        assertEquals("by hand", start().expect(0).jar());
    }

    @Test
    void rebuild_leavesARunningProcessItsJar_andSweepsItLater() throws IOException, InterruptedException {
        start().expect(0);
        Path go = folder.resolve("go");
        environment.put("FAKE_WAIT", go.toString());
        Process running = begin(home.resolve("scripts/soopt").toString());
        while (!Files.exists(folder.resolve("go.begun"))) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        environment.remove("FAKE_WAIT");
        source("second");
        assertEquals("second", start().expect(0).jar());
        Files.createFile(go);
        assertEquals("first", end(running).expect(0).jar());
        source("third");
        start().expect(0);
        try (Stream<Path> builds = Files.list(home.resolve("target/builds"))) {
            assertEquals(1, builds.filter(Files::isDirectory).count());
        }
    }

    @Test
    void twoStartsAtOnce_buildOnce() throws IOException, InterruptedException {
        environment.put("FAKE_MAVEN", "slow");
        Process one = begin(home.resolve("scripts/soopt").toString());
        Process other = begin(home.resolve("scripts/soopt").toString());
        assertEquals("first", end(one).expect(0).jar());
        assertEquals("first", end(other).expect(0).jar());
        assertEquals(1, mavenRuns());
    }

    @Test
    void withoutMaven_theLastBuildStarts_withALine_orNoneIfAskedFor() throws IOException, InterruptedException {
        start().expect(0);
        source("second");
        withoutMaven();
        Said said = start().expect(0);
        assertEquals("first", said.jar());
        assertTrue(said.err().startsWith("soopt: the sources are newer than the build"), said.err());
        assertEquals(1, said.err().lines().count(), said.err());
        environment.put("SOOPT_BUILD", "never");
        assertEquals("", start().expect(0).err());
    }

    @Test
    void withoutMavenAndWithoutBuild_saysWhatIsMissing() throws IOException, InterruptedException {
        withoutMaven();
        Said said = start().expect(1);
        assertTrue(said.err().contains("building needs Maven"), said.err());
        environment.put("SOOPT_BUILD", "never");
        assertTrue(start().expect(1).err().contains("SOOPT_BUILD=never"));
        environment.put("SOOPT_BUILD", "sometimes");
        assertTrue(start().expect(2).err().contains("SOOPT_BUILD must be auto or never, but is 'sometimes'"));
    }

    @Test
    void buildThatFails_showsItsOutput_andIsNotTakenForBuilt() throws IOException, InterruptedException {
        start().expect(0);
        source("second");
        environment.put("FAKE_MAVEN", "fail");
        for (int i = 0; i < 2; i++) {
            Said said = start().expect(1);
            assertTrue(said.err().contains("';' expected"), said.err());
            assertTrue(said.err().contains("the build failed"), said.err());
        }
    }

    @Test
    void placeThatCannotBeWritten_saysWhatToDo() throws IOException, InterruptedException {
        write(home.resolve("target"), "a file in the folder's place");
        Said said = start().expect(1);
        assertTrue(said.err().matches("soopt: is not built yet, and .*/target cannot be written: .*\\R"), said.err());
    }

    @Test
    void readOnlyCheckout_startsItsBuild_evenIfASourceIsNewer() throws IOException, InterruptedException {
        boolean root = "root".equals(System.getProperty("user.name"));
        Assumptions.assumeTrue(!root || Files.isExecutable(Path.of("/usr/bin/setpriv")));
        start().expect(0);
        source("second");
        start().expect(0);
        source("third");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (Path read : List.of(home.resolve("target/builds"), home.resolve("target"))) {
            Files.setPosixFilePermissions(read, PosixFilePermissions.fromString("r-xr-xr-x"));
        }
        String become = root ? "/usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups " : "";
        Said said = shell("exec " + become + "scripts/soopt");
        Files.setPosixFilePermissions(home.resolve("target"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(home.resolve("target/builds"), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEquals("second", said.expect(0).jar());
        assertTrue(said.err().contains("target cannot be written; going on with the build"), said.err());
    }

    // ---- names of folders ----

    @ParameterizedTest
    @ValueSource(strings = {"a:b", "with blanks", "st*r and [x]", "-dash", "Größe", "quote'\"$x"})
    void checkout_mayHaveAnyName(String name) throws IOException, InterruptedException {
        checkOut(name);
        assertEquals("first", start().expect(0).jar());
        assertEquals("first", start().expect(0).jar());
    }

    @Test
    void exportedCdpath_doesNotLeadAstray() throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("stray/scripts"));
        environment.put("CDPATH", folder.resolve("stray").toString());
        Said said = shell("scripts/soopt");
        assertTrue(said.expect(0).out().contains("arg -Dsoopt.home=" + home.toRealPath() + "\n"), said.out());
        assertFalse(Files.exists(folder.resolve("stray/target")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POSIX", "C", "", "xx_YY.UTF-8"})
    void localeOfPlainAscii_becomesUtf8_forTheNamesOfFiles(String locale) throws IOException, InterruptedException {
        environment.put("LC_ALL", locale);
        Assumptions.assumeTrue(shell("locale -a").out().contains("C.utf8"));
        assertTrue(start().expect(0).out().contains("LC_ALL=C.UTF-8 "));
    }

    // ---- the terminal ----

    @Test
    void terminal_isToldToJavaWithItsWidth_andNoTerminalIsNot() throws IOException, InterruptedException {
        start().expect(0);
        assertFalse(start().expect(0).out().contains("-Dsoopt.terminal"));
        environment.put("SHELL", "/bin/sh");
        Said said = end(begin(
                "/usr/bin/script", "-qec", "stty cols 97 rows 20; exec " + home.resolve("scripts/soopt"), "/dev/null"));
        String out = said.expect(0).out().replace("\r", "");
        for (String flag : List.of("terminal=true", "terminal.out=true", "columns=97")) {
            assertTrue(out.contains("arg -Dsoopt." + flag + "\n"), out);
        }
        Said piped = shell("scripts/soopt 2>/dev/null | cat; exit ${PIPESTATUS[0]}");
        assertFalse(piped.expect(0).out().contains("-Dsoopt.terminal"), piped.out());
    }

    // ---- limits ----

    @Test
    void memoryOfASlurmJob_bindsTheHeapAndWhatIsBesideIt() throws IOException, InterruptedException {
        environment.put("SLURM_MEM_PER_NODE", "4096");
        Said said = start("list").expect(0);
        assertTrue(said.out().contains("arg -Xmx1024m\n"), said.out());
        assertTrue(said.out().contains("arg -Dorg.bytedeco.javacpp.maxphysicalbytes=3686m\n"), said.out());
        environment.remove("SLURM_MEM_PER_NODE");
        environment.put("SLURM_MEM_PER_CPU", "2048");
        environment.put("SLURM_CPUS_ON_NODE", "2");
        assertTrue(start("list").expect(0).out().contains("arg -Xmx1024m\n"));
    }

    @Test
    void limitedAddressSpace_fitsTheHeap() throws IOException, InterruptedException {
        start().expect(0);
        Said said = shell("ulimit -v 4000000; exec scripts/soopt --threads 2").expect(0);
        int heap = Integer.parseInt(said.out().replaceAll("(?s).*arg -Xmx(\\d+)m\n.*", "$1"));
        assertTrue(heap >= 256 && heap <= 1200, said.out());
    }

    @Test
    void limitedAddressSpace_isCountedForTheThreadsOfTheTask() throws IOException, InterruptedException {
        start().expect(0);
        environment.put("SLURM_CPUS_PER_TASK", "1");
        assertTrue(
                shell("ulimit -v 4000000; exec scripts/soopt").expect(0).out().contains("OMP_NUM_THREADS=1\n"));
    }

    @Test
    void tooLittleAddressSpace_isRefusedWithBothSizes() throws IOException, InterruptedException {
        start().expect(0);
        Said said = shell("ulimit -v 1000000; exec scripts/soopt --threads 2").expect(5);
        assertEquals("", said.out());
        assertTrue(said.err().matches("soopt: ulimit -v allows 976 MiB .* need 1850 MiB: .*\\R"), said.err());
    }

    @Test
    void flagsThatJavaRefuses_endWith5AndJavasWordsOnStderr() throws IOException, InterruptedException {
        environment.put("SOOPT_JAVA_OPTS", "-Xmx100t");
        Said said = start().expect(5);
        assertEquals("", said.out());
        assertTrue(said.err().contains("Could not reserve enough space\nsoopt: Java does not start with"), said.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--threads 3", "--threads=3", "threads=3"})
    void threads_areToldToOpenMp(String words) throws IOException, InterruptedException {
        assertTrue(start(words.split(" ")).expect(0).out().contains("OMP_NUM_THREADS=3\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--threads 0", "--threads=x", "--threads 100000", "--threads", "+threads=-1"})
    void threadsOutOfRange_areLeftToJavasMessage(String words) throws IOException, InterruptedException {
        assertTrue(start(words.split(" ")).expect(0).out().contains("OMP_NUM_THREADS=\n"));
    }
}
