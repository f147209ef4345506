package soopt.backend.vector;

import java.nio.ByteBuffer;

/**
 * The transforms of Winograd's minimal filtering F(2×2, 3×3) for channels-last images: with B, G, A below, a 3×3
 * correlation of a tile d [4, 4] with g [3, 3] is Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A [2, 2]: 16 products instead of 36 (Lavin and
 * Gray 2016, section 4.1).
 *
 * <pre>
 *      ⎡1  0 −1  0⎤        ⎡1    0   0⎤
 * Bᵀ = ⎢0  1  1  0⎥    G = ⎢½    ½   ½⎥    Aᵀ = ⎡1 1  1  0⎤
 *      ⎢0 −1  1  0⎥        ⎢½   −½   ½⎥         ⎣0 1 −1 −1⎦
 *      ⎣0  1  0 −1⎦        ⎣0    0   1⎦
 * </pre>
 *
 * A transformed array is 16 planes [tiles or channels, channels], the ξ-th {@code plane} numbers after the one before.
 * Channels are multiples of {@link #lanes}. Free of Vector API types, as {@link Loops}.
 */
public interface WinogradLoops {
    /** Numbers of a vector. */
    int lanes();

    /** out [outHeight, outWidth, c] ← x [height, width, c] from pixel (margin, margin) on, 0 around it. */
    void pad(
            ByteBuffer x,
            int at,
            int height,
            int width,
            int c,
            int margin,
            ByteBuffer out,
            int atOut,
            int outHeight,
            int outWidth);

    /**
     * Bᵀ d B of a row of overlapping tiles of a padded image, which begins at {@code at} and has {@code line} numbers
     * per row.
     */
    void inputs(ByteBuffer x, int at, int line, int tiles, int c, ByteBuffer v, int atV, int plane);

    /** A d Aᵀ of a row of tiles [2, 2] of a padded image: the adjoint of {@link #outputs}. */
    void errors(ByteBuffer x, int at, int line, int tiles, int c, ByteBuffer v, int atV, int plane);

    /** G g Gᵀ of n filters g [3, 3, c]. */
    void filters(ByteBuffer w, int at, int n, int c, ByteBuffer u, int atU, int plane);

    /** n filters [3, 3, c] ← Gᵀ u G + β times what is there: the adjoint of {@link #filters}. */
    void filterGradients(ByteBuffer u, int at, int plane, int n, int c, double beta, ByteBuffer w, int atW);

    /**
     * A row of tiles Aᵀ m A + β times what is there, cut to {@code rows} (1 or 2) rows of {@code width} pixels.
     *
     * @param width pixels per row, 2·tiles or one less
     */
    void outputs(
            ByteBuffer m,
            int at,
            int plane,
            int tiles,
            int c,
            double beta,
            ByteBuffer out,
            int atOut,
            int rows,
            int width);
}
