package soopt.robustness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever the input: an exit code of a user's mistake, one line or more that says which, no stack trace, no control
 * characters, 2 s and 256 MiB, and no file left behind. A failure prints the seed and the number of the case; {@code
 * scripts/robustness.sh} runs many more.
 */
class RobustnessTest {
    private static final long SEED = Long.getLong("soopt.robustness.seed", 20260727);
    private static final int MOST_TOLD = 20;

    private static String cacheBefore;

    @TempDir
    static Path folder;

    @BeforeAll
    static void keepErrorLogsHere() {
        cacheBefore = System.getProperty("soopt.cache");
        System.setProperty("soopt.cache", folder.resolve("cache").toString());
    }

    @AfterAll
    static void restore() {
        if (cacheBefore == null) {
            System.clearProperty("soopt.cache");
        } else {
            System.setProperty("soopt.cache", cacheBefore);
        }
    }

    /** Makes the input of a case in a folder. */
    @FunctionalInterface
    private interface Maker {
        Trial.Input make(Mutations mutations, Path folder) throws IOException;
    }

    @Test
    void mutatedSpecs_areReadOrRefused() throws IOException {
        run("specs", 300, new SpecCases()::make);
    }

    @Test
    void mutatedSweeps_areListedOrRefused() throws IOException {
        run("sweeps", 60, SweepCases::make);
    }

    @Test
    void damagedDataFiles_areReadOrRefused() throws IOException {
        run("data files", 150, new DataCases(Files.createDirectories(folder.resolve("originals")))::make);
    }

    @Test
    void mutatedCommandLines_endWithAWordToTheUser() throws IOException {
        run("command lines", 60, new CommandCases()::make);
    }

    private static void run(String what, int few, Maker maker) throws IOException {
        String key = "soopt.robustness." + what.replace(' ', '-');
        int count = Integer.getInteger(key, few);
        int only = Integer.getInteger("soopt.robustness.case", -1);
        Path cases = folder.resolve("cases");
        Trial trial = new Trial(cases, folder.resolve("cache"));
        int[] codes = new int[8];
        List<String> wrong = new ArrayList<>();
        long begun = System.nanoTime();
        for (int i = Math.max(0, only); i < (only < 0 ? count : only + 1) && wrong.size() < MOST_TOLD; i++) {
            Trial.clear(cases);
            Trial.clear(folder.resolve("cache"));
            Files.createDirectories(cases);
            Trial.Input input = maker.make(new Mutations(new Random(SEED * 1_000_003 + i)), cases);
            String problem = trial.problem(input, codes);
            if (!problem.isEmpty()) {
                wrong.add("-Dsoopt.robustness.seed=" + SEED + " -Dsoopt.robustness.case=" + i + ": " + problem
                        + "\ninput: " + Trial.cut(input.input()));
            }
        }
        if (Integer.getInteger(key) != null) {
            System.out.printf(
                    Locale.ROOT,
                    "%d %s in %.0f s: %d ok, %d usage, %d spec, %d data, %d diverged, %d wrong%n",
                    count,
                    what,
                    (System.nanoTime() - begun) / 1e9,
                    codes[0],
                    codes[2],
                    codes[3],
                    codes[4],
                    codes[6],
                    wrong.size());
        }
        assertEquals(0, wrong.size(), () -> String.join("\n\n", wrong));
    }
}
