package soopt.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A geometry is made just inside its limits and refused, in words that name the size, just outside. */
class GeometryTest {
    /** A side whose square is 2³¹ − 88047: the last that an index counts. */
    private static final int LARGEST_SIDE = 46_340;

    private static void refused(String words, Executable making) {
        String message = assertThrows(IllegalArgumentException.class, making).getMessage();
        assertTrue(message.contains(words), message);
    }

    private static Convolution convolution(int height, int width, int kernel, int stride, int padding) {
        return new Convolution(1, height, width, 1, kernel, stride, padding, false);
    }

    @ParameterizedTest
    @CsvSource({
        // pixels, kernel, stride, windows
        "1, 1, 1, 1",
        "1, 1, 9, 1",
        "2, 2, 2, 1",
        "3, 2, 2, 1",
        "4, 2, 2, 2",
        "5, 3, 2, 2",
        "6, 3, 3, 2",
        "7, 2, 3, 2",
        "9, 9, 1, 1",
    })
    void windows_areThoseThatLieWithinTheImage(int pixels, int kernel, int stride, int windows) {
        Pooling pooling = new Pooling(1, pixels, 9, kernel, stride);
        assertEquals(windows, pooling.outHeight());
        assertEquals(windows, new Pooling(1, 9, pixels, kernel, stride).outWidth());
        assertEquals(windows, Averaging.windows(1, pixels, 9, kernel, stride).outHeight());
        assertEquals(windows, Averaging.windows(1, 9, pixels, kernel, stride).outWidth());
        assertEquals(windows, convolution(pixels, 9, kernel, stride, 0).outHeight());
        assertEquals(windows, convolution(9, pixels, kernel, stride, 0).outWidth());
        assertTrue((windows - 1) * stride + kernel <= pixels && windows * stride + kernel > pixels);
    }

    @Test
    void windowLargerThanTheImage_isRefusedWithItsSize() {
        refused("a max-pool window of 2 does not fit into images of 1×1", () -> new Pooling(16, 1, 1, 2, 2));
        refused("a max-pool window of 3 does not fit into images of 9×2", () -> new Pooling(16, 9, 2, 3, 1));
        // stride and excess such that division towards zero would find a window
        refused("a max-pool window of 5 does not fit into images of 2×9", () -> new Pooling(1, 2, 9, 5, 4));
        refused("an average-pool window of 2 does not fit into images of 1×8", () -> Averaging.windows(3, 1, 8, 2, 2));
        refused("a kernel of 5 does not fit into images of 2×2 with padding 1", () -> convolution(2, 2, 5, 1, 1));
        refused("a kernel of 5 does not fit into images of 9×4 with padding 0", () -> convolution(9, 4, 5, 3, 0));
    }

    @Test
    void paddedImage_takesAKernelOfItsSize() {
        assertEquals(1, convolution(1, 1, 5, 1, 2).outHeight());
        assertEquals(2, convolution(1, 2, 5, 1, 2).outWidth());
        assertEquals(3, convolution(1, 1, 3, 1, 2).outHeight());
        refused("must be less than its kernel of 3, but is 3", () -> convolution(1, 1, 3, 1, 3));
        refused("must be less than its kernel of 1, but is 1", () -> convolution(5, 5, 1, 1, 1));
    }

    @Test
    void sizesBelowTheirLeast_areRefused() {
        for (int none : new int[] {0, -1, Integer.MIN_VALUE}) {
            refused("but is " + none, () -> new Pooling(none, 2, 2, 2, 2));
            refused("but is " + none, () -> new Pooling(1, none, 2, 2, 2));
            refused("but is " + none, () -> new Pooling(1, 2, none, 2, 2));
            refused("but is " + none, () -> new Pooling(1, 2, 2, none, 2));
            refused("but is " + none, () -> new Pooling(1, 2, 2, 2, none));
            refused("but is " + none, () -> Averaging.windows(none, 2, 2, 2, 2));
            refused("but is " + none, () -> Averaging.windows(1, 2, 2, none, 2));
            refused("but is " + none, () -> Averaging.windows(1, 2, 2, 2, none));
            refused("but is " + none, () -> Averaging.adaptive(1, none, 2, 1, 1));
            refused("but is " + none, () -> Averaging.adaptive(1, 2, 2, none, 1));
            refused("but is " + none, () -> Averaging.adaptive(1, 2, 2, 1, none));
            refused("but is " + none, () -> new Convolution(none, 3, 3, 1, 3, 1, 1, false));
            refused("but is " + none, () -> new Convolution(1, none, 3, 1, 3, 1, 1, false));
            refused("but is " + none, () -> new Convolution(1, 3, none, 1, 3, 1, 1, false));
            refused("but is " + none, () -> new Convolution(1, 3, 3, none, 3, 1, 1, false));
            refused("but is " + none, () -> convolution(3, 3, none, 1, 0));
            refused("but is " + none, () -> convolution(3, 3, 3, none, 1));
        }
        refused("but is -1", () -> convolution(3, 3, 3, 1, -1));
    }

    @Test
    void cellsThatAreNotThoseOfTheWindows_areRefused() {
        refused("makes 2×3 cells of images of 4×6, not 2×2", () -> new Averaging(1, 4, 6, 2, 2, 2, 2));
        refused("the stride", () -> new Averaging(1, 4, 4, 2, 2, 2, 0));
        refused("the side", () -> new Averaging(1, 4, 4, 2, 2, 0, 2));
        assertEquals(Averaging.windows(1, 4, 6, 2, 2), new Averaging(1, 4, 6, 2, 3, 2, 2));
    }

    @Test
    void numbersThatAnIndexCannotCount_areRefused() {
        assertEquals(LARGEST_SIDE * LARGEST_SIDE, new Pooling(1, LARGEST_SIDE, LARGEST_SIDE, 1, 1).inputs());
        refused("images of 1×46341×46341 numbers", () -> new Pooling(1, LARGEST_SIDE + 1, LARGEST_SIDE + 1, 1, 1));
        refused("images of 2×46340×46340 numbers", () -> Averaging.adaptive(2, LARGEST_SIDE, LARGEST_SIDE, 1, 1));
        refused("cells of 1×46341×46341 numbers", () -> Averaging.adaptive(1, 1, 1, 46_341, 46_341));
        refused("filters of 1048576×256×3×3", () -> new Convolution(256, 3, 3, 1 << 20, 3, 1, 1, false));
        refused("outputs of 2×46340×46340", () -> new Convolution(1, LARGEST_SIDE, LARGEST_SIDE, 2, 1, 1, 0, false));
        refused("padded images of 1×46342×46340", () -> convolution(LARGEST_SIDE, LARGEST_SIDE - 2, 3, 1, 1));
        int most = Integer.MAX_VALUE;
        refused("too large", () -> new Pooling(most, most, most, most, most));
        refused("too large", () -> new Convolution(1, 1, 1, 1, most, most, most - 1, false));
    }

    /**
     * i · height beyond 32 bits: the cells still cover the image, each begins where the one before ends or inside it.
     */
    @Test
    void adaptiveCells_coverLargeImages() {
        Averaging g = Averaging.adaptive(1, 100_000, 1, 70_000, 1);
        assertEquals(0, g.rowFrom(0));
        assertEquals(100_000, g.rowTo(69_999));
        for (int i = 1; i < g.outHeight(); i++) {
            assertTrue(g.rowFrom(i) > g.rowFrom(i - 1) && g.rowFrom(i) <= g.rowTo(i - 1) && g.rowTo(i) > g.rowFrom(i));
        }
    }

    @Test
    void tensorSizes_areCountedOrRefused() {
        assertEquals(1, Tensor.sizeOf());
        assertEquals(0, Tensor.sizeOf(0, Integer.MAX_VALUE));
        int most = Integer.MAX_VALUE;
        assertEquals((long) most * most, Tensor.sizeOf(most, most));
        refused("too large to count", () -> Tensor.sizeOf(most, most, most));
        refused("too large to count", () -> Tensor.sizeOf(most, most, 2, 2));
        refused("[3, -1]", () -> Tensor.sizeOf(3, -1));
        refused("[-2, -3]", () -> Tensor.sizeOf(-2, -3));
    }
}
