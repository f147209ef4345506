package soopt.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.backend.Subject;
import soopt.backend.cuda.Standin;
import soopt.experiment.loop.RunListener;

/** Training on a GPU, or through the stand-in: the same run as on the CPU to rounding, the same bits every time. */
class GpuRunTest {
    /** Of each loss: 14 steps of rounding in float64. */
    private static final double ROUNDING = 1e-12;

    @TempDir
    private Path results;

    @BeforeEach
    void requireGpu() {
        assumeTrue(Subject.all().anyMatch(subject -> subject.engine().isGpu()), "no GPU and no g++");
    }

    private static List<Double> losses(SmallRun run) {
        List<Double> losses = new ArrayList<>();
        run.listener(new RunListener() {
            @Override
            public void step(Progress progress) {
                losses.add(progress.loss());
            }
        });
        return losses;
    }

    private List<Double> train(SmallRun run, String id) {
        List<Double> losses = losses(run);
        run.train(results, id);
        return losses;
    }

    private static void assertNear(List<Double> expected, List<Double> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            double error = Math.abs(actual.get(i) - expected.get(i));
            assertTrue(error <= ROUNDING * expected.get(i), "step " + i + ": " + actual + ", not " + expected);
        }
    }

    @Test
    void training_isThatOfTheCpu_andTheSameBitsEveryTime() {
        List<Double> cpu = train(new SmallRun(), "cpu");
        List<Double> gpu = train(new SmallRun().on(Standin::orGpu), "gpu");
        assertEquals(14, cpu.size());
        assertNear(cpu, gpu);
        assertEquals(gpu, train(new SmallRun().on(Standin::orGpu), "again"));
    }

    @Test
    void runBegunOnTheCpu_goesOnOnAGpu() {
        List<Double> whole = train(new SmallRun(), "whole");
        new SmallRun().stopAfter(5).train(results, "moved");
        SmallRun rest = new SmallRun().on(Standin::orGpu);
        List<Double> losses = losses(rest);
        rest.resume(results, "moved");
        assertNear(whole.subList(5, whole.size()), losses);
    }
}
