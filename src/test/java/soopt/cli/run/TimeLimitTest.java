package soopt.cli.run;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.cli.Cli;
import soopt.cli.options.ExitCode;
import soopt.experiment.InMemory;

/** soopt run --time-limit. */
class TimeLimitTest {
    @TempDir(factory = InMemory.class)
    Path folder;

    @Test
    void runThatTakesLonger_isTimedOut_andCanGoOn() {
        Cli.Result result = Cli.run(
                        "run",
                        "configs/quickstart.yaml",
                        "training.epochs=100000",
                        "record.curvature.every=never",
                        "--time-limit",
                        "2 s",
                        "--progress",
                        "none",
                        "--results",
                        folder)
                .expect(75);
        assertTrue(result.out().contains("time limit reached after step "), result.out());
        assertTrue(result.out().contains("the same command goes on from it"), result.out());
        String listed = Cli.run("ls", "--results", folder).expect(ExitCode.OK).out();
        assertTrue(listed.contains("1 run: 1 TIMED_OUT"), listed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 s", "soon", "2", "-1 min"})
    void otherTexts_areRefused(String time) {
        Cli.Result result = Cli.run("resume", "a", "--time-limit=" + time).expect(ExitCode.USAGE);
        assertTrue(result.err().contains("is no time: write 2:00:00 (hours)"), result.err());
    }
}
