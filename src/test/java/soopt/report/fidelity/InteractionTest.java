package soopt.report.fidelity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import soopt.report.read.Group;

class InteractionTest {
    private static final List<Group> GROUPS = Group.of(List.of("a.weight", "a.bias", "b.weight", "c.weight"));

    @Test
    void blockDiagonalByLayers_hasNoMassBetweenThem() {
        double[][] matrix = {{2, 1, 0, 0}, {1, -1, 0, 0}, {0, 0, 3, 0}, {0, 0, 0, 4}};

        assertEquals(new Interaction(2.0 / 12, 0, 0, 0), Interaction.of(matrix, GROUPS));
    }

    @Test
    void equalEntries_tellNoLayersApart() {
        double[][] matrix = new double[4][4];
        for (double[] row : matrix) {
            Arrays.fill(row, -2);
        }

        assertEquals(new Interaction(12.0 / 16, 10.0 / 16, 4.0 / 16, 1), Interaction.of(matrix, GROUPS));
    }

    @Test
    void normalized_doesNotDependOnTheScaleOfGroups() {
        double[][] matrix = {{4, 3}, {3, -9}};
        double[][] scaled = {{4e6, 3e-1}, {3e-1, -9e-8}};

        for (int s = 0; s < 2; s++) {
            assertArrayEquals(Interaction.normalized(matrix)[s], Interaction.normalized(scaled)[s], 1e-12);
        }
        assertArrayEquals(new double[] {1, 0.5}, Interaction.normalized(matrix)[0], 1e-15);
        assertArrayEquals(new double[] {0, 0}, Interaction.normalized(new double[][] {{0, 1}, {1, 1}})[0]);
    }
}
