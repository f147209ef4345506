package soopt.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import org.junit.jupiter.api.Test;
import soopt.curvature.ParameterLayout.Role;

final class ParameterLayoutTest {
    /** [out = 2, channels = 3, places = 2] in PyTorch, [out, places, channels] in memory. */
    private final ParameterLayout layout = new ParameterLayout.Builder()
            .addChannelsLast("conv.weight", Role.WEIGHT, 0, 6, 3, 2, 3, 2)
            .add("fc.bias", Role.BIAS, 1, 1, 4)
            .build();

    private static double[] count(int size) {
        double[] numbers = new double[size];
        for (int i = 0; i < size; i++) {
            numbers[i] = i;
        }
        return numbers;
    }

    @Test
    void channelsLast_isAPermutation_andItsInverse() {
        ParameterLayout.Parameter weight = layout.get(0);
        double[] memory = {0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11};
        assertArrayEquals(memory, weight.toMemory(count(12)));
        assertArrayEquals(count(12), weight.fromMemory(memory));
        for (int i = 0; i < 12; i++) {
            assertEquals(i, memory[weight.position(i)]);
        }
    }

    @Test
    void tensorWithoutChannels_keepsItsOrder_inACopy() {
        ParameterLayout.Parameter bias = layout.get(1);
        double[] values = count(4);
        assertArrayEquals(values, bias.toMemory(values));
        assertArrayEquals(values, bias.fromMemory(values));
        assertNotSame(values, bias.toMemory(values));
        assertNotSame(values, bias.fromMemory(values));
        assertEquals(2, bias.position(2));
    }

    @Test
    void tensors_lieBehindOneAnother() {
        assertEquals(0, layout.get(0).offset());
        assertEquals(12, layout.get(1).offset());
        assertEquals(16, layout.size());
        assertEquals(2, layout.count());
        assertEquals(2, layout.layers());
    }
}
