package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;
import soopt.spec.yaml.SpecException;

class GroupStepSizesTest {
    @TempDir
    Path folder;

    private final ParameterLayout layout = new ParameterLayout.Builder()
            .add("block0", Role.WEIGHT, 0, 1, 2)
            .add("block1", Role.WEIGHT, 1, 1, 1)
            .build();

    private Optimizer sgd(String text, String more) throws IOException {
        Path file = Files.writeString(folder.resolve("rates.csv"), text);
        return Methods.optimizer("{type: sgd, step-size: 0.1, group-step-sizes: {from: '" + file + "'" + more + "}}");
    }

    private static final String RUN = "step,group,eta_raw,eta_used\n" + "1,block0,9,2\n1,block1,9,4\n"
            + "5,block0,9,10\n5,block1,9,0.5\n" + "9,block0,9,3\n9,block1,9,0\n";

    @Test
    void eachGroup_movesByItsOwnRate() throws IOException {
        try (Backend backend = Backends.cpu(Precision.FLOAT64, 1);
                Tensor theta = backend.allocate(3)) {
            QuadraticObjective bowl =
                    new QuadraticObjective(backend, new double[][] {{1, 0}, {0, 1}}, new double[][] {{1}});
            backend.fromHost(new double[] {1, 2, 4}, 0, theta);
            double[] update = new double[3];
            try (Optimizer.Iteration iteration =
                    sgd(RUN, ", take: median").start(new Problem(backend, bowl.layout(), Batches.always(bowl), 0))) {
                backend.toHost(iteration.step(theta, bowl).update().orElseThrow(), update, 0);
            }
            assertArrayEquals(new double[] {-0.3, -0.6, -0.2}, update, 1e-15);
        }
    }

    private double[] rates(String text, String more) throws IOException {
        return ((Sgd) sgd(text, more)).groupStepSizes().orElseThrow().rates(layout);
    }

    @Test
    void lastMeanAndMiddle_areThoseOfTheColumnUsed() throws IOException {
        assertArrayEquals(new double[] {3, 0}, rates(RUN, ""));
        assertArrayEquals(new double[] {5, 1.5}, rates(RUN, ", take: mean"));
        assertArrayEquals(new double[] {3, 0.5}, rates(RUN, ", take: median"));
        assertArrayEquals(new double[] {7, 8}, rates("group,eta\nblock1,8\nblock0,7\n", ""));
        assertArrayEquals(new double[] {7}, rates("group,eta\nall,7\n", ", partition: trivial"));
    }

    private String refusal(String text) throws IOException {
        Optimizer method = sgd(text, "");
        return assertThrows(SpecException.class, () -> method.requireFit(layout))
                .getMessage();
    }

    @Test
    void whatDoesNotFit_isSaid() throws IOException {
        String file = "optimizer.group-step-sizes.from: " + folder.resolve("rates.csv");
        assertEquals(file + " has no η for block1; it has: block0", refusal("group,eta\nblock0,1\n"));
        assertEquals(file + " has no columns group and eta_used or eta; it has: a, b", refusal("a,b\n1,2\n"));
        assertEquals(file + " has no columns group and eta_used or eta; it has: nothing", refusal(""));
        assertTrue(refusal("group,eta\nblock0,-1\nblock1,1\n").contains("gives group block0 the rate -1.0"));
        assertTrue(refusal("group,eta\nblock0,x\nblock1,1\n").contains("the rate NaN"));
        assertTrue(refusal("group,eta\nblock0,0\nblock1,0\n").contains("every group the rate 0"));
    }
}
