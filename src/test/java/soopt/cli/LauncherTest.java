package soopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LauncherTest {
    @ParameterizedTest
    @ValueSource(strings = {"scripts/soopt", "scripts/bench/run.sh", ".ci/run"})
    void script_isExecutableAndHasNoSyntaxError(String script) throws IOException, InterruptedException {
        assertTrue(Files.isExecutable(Path.of(script)), script);
        Process bash = new ProcessBuilder("bash", "-n", script)
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bash.waitFor(), said);
        assertEquals("", said);
    }
}
