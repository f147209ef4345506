package soopt.model.tangent;

import java.util.Arrays;
import java.util.Optional;
import soopt.backend.Tensor;

/**
 * First- and second-order tangents of one activation along the directions alive so far, in order of birth (curvature.md
 * §3): an earlier live set is a prefix of a later one, and the directions with ẍ ≠ 0 are a prefix of those with ẋ ≠ 0.
 */
public final class Jets implements AutoCloseable {
    private final Directions directions;
    private final int examples;
    private final boolean third;
    private final int[] live;
    private final int[] rows;
    private int n1;
    private int n2;
    private Optional<Tensor> first = Optional.empty();
    private Optional<Tensor> second = Optional.empty();

    /** @param third whether second-order tangents are carried */
    public Jets(Directions directions, int examples, boolean third) {
        int count = directions.count();
        this.directions = directions;
        this.examples = examples;
        this.third = third;
        this.live = new int[count];
        this.rows = new int[count];
        Arrays.fill(rows, -1);
    }

    public Directions directions() {
        return directions;
    }

    /** N. */
    public int examples() {
        return examples;
    }

    /** Whether second-order tangents are carried. */
    public boolean third() {
        return third;
    }

    /** Number of directions alive. */
    public int n1() {
        return n1;
    }

    /** Number of directions with a second-order tangent. */
    public int n2() {
        return n2;
    }

    /** The direction of a row, by its position in the round. */
    public int direction(int row) {
        return live[row];
    }

    /** The row of a direction, or −1 if it is not alive. */
    public int row(int direction) {
        return rows[direction];
    }

    /** ẋ [n1, N·width]; only for n1 &gt; 0. */
    public Tensor first() {
        return first.orElseThrow();
    }

    /** ẍ [n2, N·width]; only for n2 &gt; 0. */
    public Tensor second() {
        return second.orElseThrow().rows(0, n2);
    }

    /** Room for ẍ of all n1 directions [n1, N·width], its first n2 rows filled; only where these are carried. */
    public Tensor secondOfAll() {
        if (second.isEmpty()) {
            second = Optional.of(directions.backend().allocate(first().shape()));
        }
        return second.get();
    }

    /**
     * From here on all directions have a second-order tangent, if these are carried: {@link #secondOfAll} was filled.
     */
    public void secondIsOfAll() {
        n2 = third ? n1 : 0;
    }

    /** Gives a direction the next row. */
    public void born(int direction) {
        live[n1] = direction;
        rows[direction] = n1;
        n1++;
    }

    /** Replaces ẋ by that of a layer's output [n1, N·width], taken over; after ẍ has been replaced. */
    public void replaceFirst(Tensor next) {
        first.ifPresent(Tensor::close);
        first = Optional.of(next);
    }

    /** Replaces ẍ by that of a layer's output [n1, N·width], taken over, whose first {@code count} rows are filled. */
    public void replaceSecond(Tensor next, int count) {
        second.ifPresent(Tensor::close);
        second = Optional.of(next);
        n2 = count;
    }

    @Override
    public void close() {
        first.ifPresent(Tensor::close);
        second.ifPresent(Tensor::close);
        first = Optional.empty();
        second = Optional.empty();
    }
}
