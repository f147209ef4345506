package soopt.data.examples;

import soopt.backend.Rows;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/**
 * How images are varied from one pass over them to the next: a window of the image's size at a random place of the
 * image with a black border (RandomCrop of torchvision), then, with probability ½, its mirror image
 * (RandomHorizontalFlip). Done on bytes, before the normalization.
 */
@Doc("random changes of training images; batches for curvature see them too, evaluations never do")
public record Augmentation(
        @Default("0") @Range(min = 0, max = 31) @Doc("width of the border for random crops; 0 for none, 4 is usual")
        int crop,

        @Default("false") @Doc("mirror half of the images, left to right")
        boolean flip) {
    /** Leaves images as they are. */
    public static final Augmentation NONE = new Augmentation(0, false);

    private static final int PLACE_BITS = 24;
    private static final int PLACE_MASK = (1 << PLACE_BITS) - 1;

    public Augmentation {
        Constraints.check(Augmentation.class, crop, flip);
    }

    /**
     * The window of a random change.
     *
     * @param random 64 random bits: top and left, uniform on −crop … crop up to a bias of 2⁻¹⁸, from the upper 24 and
     *     the next 24, mirrored from the last
     */
    Rows.Window window(long random) {
        int places = 2 * crop + 1;
        int top = (int) ((random >>> Long.SIZE - PLACE_BITS) * places >>> PLACE_BITS) - crop;
        int left = (int) ((random >>> Long.SIZE - 2 * PLACE_BITS & PLACE_MASK) * places >>> PLACE_BITS) - crop;
        return new Rows.Window(top, left, flip && (random & 1) != 0);
    }

    /**
     * One image after its random change, black outside of the image.
     *
     * @param random as in {@link #window}
     * @param source images [·, height, width]
     * @param at where the image begins
     * @param out [channels, height, width], whose length tells the channels
     */
    void apply(long random, byte[] source, int at, int height, int width, byte[] out) {
        Rows.Window window = window(random);
        for (int row = 0; row < out.length / width; row++) {
            int y = row % height + window.top();
            boolean black = y < 0 || y >= height;
            int from = at + (row + window.top()) * width;
            for (int x = 0; x < width; x++) {
                int shifted = (window.mirrored() ? width - 1 - x : x) + window.left();
                out[row * width + x] = black || shifted < 0 || shifted >= width ? 0 : source[from + shifted];
            }
        }
    }
}
