package soopt.model.tangent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import soopt.backend.Tensor;

/**
 * Taylor coefficients x_j, j from 1 to K − 1, of one activation x(t) = Σ_j x_j tʲ along the directions alive so far, in
 * order of birth as in {@link Jets} (curvature.md §10). The directions whose coefficients beyond the first are not all
 * 0 are a prefix of them.
 */
public final class Series implements AutoCloseable {
    private final Directions directions;
    private final int examples;
    private final int order;
    private final int[] live;
    private final int[] rows;
    private int alive;
    private int curved;
    /** By j − 1; of more rows than count, perhaps. */
    private final List<Optional<Tensor>> coefficients;

    /** @param order K ≥ 2 */
    public Series(Directions directions, int examples, int order) {
        this.directions = directions;
        this.examples = examples;
        this.order = order;
        this.live = new int[directions.count()];
        this.rows = new int[directions.count()];
        Arrays.fill(rows, -1);
        this.coefficients = new ArrayList<>(Collections.nCopies(order - 1, Optional.empty()));
    }

    public Directions directions() {
        return directions;
    }

    /** N. */
    public int examples() {
        return examples;
    }

    /** K. */
    public int order() {
        return order;
    }

    /** Number of directions alive: those with x_1 ≠ 0. */
    public int alive() {
        return alive;
    }

    /** Number of directions with x_j ≠ 0 for a j ≥ 2. */
    public int curved() {
        return curved;
    }

    /** Number of directions with x_j ≠ 0. */
    public int count(int j) {
        return j == 1 ? alive : j < order ? curved : 0;
    }

    /** The direction of a row, by its position in the round. */
    public int direction(int row) {
        return live[row];
    }

    /** The row of a direction, or −1 if it is not alive. */
    public int row(int direction) {
        return rows[direction];
    }

    /** x_j of one direction [N·width]; row &lt; count(j). */
    public Tensor row(int j, int row) {
        return coefficients.get(j - 1).orElseThrow().rows(row, row + 1);
    }

    /** x_j [count(j), N·width]; only for count(j) &gt; 0. */
    public Tensor coefficient(int j) {
        return coefficients.get(j - 1).orElseThrow().rows(0, count(j));
    }

    /** x_j of the first so many directions [n, N·width]. */
    public Tensor coefficients(int j, int n) {
        return coefficients.get(j - 1).orElseThrow().rows(0, n);
    }

    /** Gives a direction the next row. */
    public void born(int direction) {
        live[alive] = direction;
        rows[direction] = alive;
        alive++;
    }

    /** Replaces x_j by that of a layer's output [alive, N·width], taken over. */
    public void replace(int j, Tensor next) {
        coefficients.set(j - 1, Optional.of(next)).ifPresent(Tensor::close);
    }

    /** From here on so many directions have all coefficients, and these have been filled. */
    public void curve(int count) {
        curved = count;
    }

    /** Room for all coefficients of all directions alive: the first count(j) rows of each are filled. */
    public void makeRoom() {
        for (int j = 2; j < order; j++) {
            if (coefficients.get(j - 1).isEmpty()) {
                replace(
                        j,
                        directions
                                .backend()
                                .allocate(coefficients.get(0).orElseThrow().shape()));
            }
        }
    }

    /** Carries each coefficient through a layer linear in x: out ← f x. */
    public void map(int width, BiConsumer<Tensor, Tensor> linear) {
        for (int j = 1; j < order; j++) {
            if (count(j) > 0) {
                Tensor next = directions.backend().allocate(alive, examples * width);
                linear.accept(coefficient(j), next.rows(0, count(j)));
                replace(j, next);
            }
        }
    }

    /** As {@link #map}, of a layer that works in place. */
    public void each(Consumer<Tensor> linear) {
        for (int j = 1; j < order; j++) {
            if (count(j) > 0) {
                linear.accept(coefficient(j));
            }
        }
    }

    @Override
    public void close() {
        coefficients.forEach(coefficient -> coefficient.ifPresent(Tensor::close));
        Collections.fill(coefficients, Optional.empty());
    }
}
