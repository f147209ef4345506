package soopt.report.html;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ThinningTest {
    @Test
    void curvesWithinTheLimit_stayAsTheyAre() {
        double[] values = {3, 1, 2};
        assertFalse(new Thinning(3, 4).thins());
        assertArrayEquals(values, new Thinning(3, 4).course(values));
        assertArrayEquals(new double[0], new Thinning(0, 4).axis(new double[0]));
    }

    @Test
    void longCurves_keepTheirEndsAndEveryPeak_andStayInOrder() {
        for (int rows : new int[] {101, 1000, 12_345}) {
            Thinning thinning = new Thinning(rows, 100);
            double[] x = IntStream.range(0, rows).asDoubleStream().toArray();
            double[] y = IntStream.range(0, rows)
                    .mapToDouble(i -> Math.sin(i * 0.37))
                    .toArray();
            y[rows / 3] = 50;
            y[rows / 2] = -40;
            double[] thinX = thinning.axis(x);
            double[] thinY = thinning.course(y);
            assertEquals(100, thinX.length);
            assertEquals(100, thinY.length);
            assertEquals(0, thinX[0]);
            assertEquals(rows - 1, thinX[99]);
            assertEquals(y[rows - 1], thinY[99]);
            assertEquals(50, Arrays.stream(thinY).max().orElseThrow());
            assertEquals(-40, Arrays.stream(thinY).min().orElseThrow());
            assertTrue(IntStream.range(1, 100).allMatch(i -> thinX[i] >= thinX[i - 1]), "rows " + rows);
        }
    }

    @Test
    void whatWasNotMeasured_doesNotHideWhatWas() {
        double[] y = new double[1000];
        Arrays.fill(y, Double.NaN);
        y[500] = 7;
        double[] thin = new Thinning(1000, 20).course(y);
        assertEquals(2, Arrays.stream(thin).filter(value -> value == 7).count());
        assertEquals(18, Arrays.stream(thin).filter(Double::isNaN).count());
    }
}
