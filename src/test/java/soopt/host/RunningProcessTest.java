package soopt.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunningProcessTest {
    private static final long OWN = ProcessHandle.current().pid();

    @Test
    void start_isThatOfOneProcess() {
        assertTrue(RunningProcess.start(OWN).isPresent());
        assertEquals(RunningProcess.start(OWN), RunningProcess.start(OWN));
        assertEquals(Optional.empty(), RunningProcess.start(1L << 23));
        assertFalse(RunningProcess.isStopped(OWN));
        assertFalse(RunningProcess.isStopped(1L << 23));
    }

    /** Its parent has not asked for its end: it has a pid and a start, and will do nothing more. */
    @Test
    void processThatIsOverAndNotBuried_hasNoStart() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "no /proc");
        Process shell = new ProcessBuilder("sh", "-c", "sleep 0.2 & echo $!; exec sleep 20").start();
        try {
            long over = Long.parseLong(firstLine(shell));
            for (int i = 0; i < 200 && RunningProcess.start(over).isPresent(); i++) {
                Thread.sleep(10);
            }
            assertTrue(Files.exists(Path.of("/proc", Long.toString(over))), "it is a zombie");
            assertEquals(Optional.empty(), RunningProcess.start(over));
            assertTrue(RunningProcess.start(shell.pid()).isPresent());
        } finally {
            shell.destroyForcibly();
        }
    }

    @Test
    void stoppedProcess_isThere() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "no /proc");
        Process child = new ProcessBuilder("sleep", "20").start();
        try {
            new ProcessBuilder("kill", "-STOP", Long.toString(child.pid()))
                    .start()
                    .waitFor();
            for (int i = 0; i < 200 && !RunningProcess.isStopped(child.pid()); i++) {
                Thread.sleep(10);
            }
            assertTrue(RunningProcess.isStopped(child.pid()));
            assertTrue(RunningProcess.start(child.pid()).isPresent());
        } finally {
            child.destroyForcibly();
        }
    }

    private static String firstLine(Process process) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        return reader.readLine();
    }
}
