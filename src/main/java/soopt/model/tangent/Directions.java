package soopt.model.tangent;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;

/** The direction u cut into the groups of a partition, those of one round: u_s is u on group s and 0 elsewhere. */
public final class Directions {
    private final Backend backend;
    private final Tensor u;
    private final boolean stacked;
    private final Partition partition;
    private final Round round;
    private final Padded weights = new Padded();
    private final Padded biases = new Padded();

    /** @param u direction [P] */
    public Directions(Backend backend, Tensor u, Partition partition, Round round) {
        this(backend, u, false, partition, round);
    }

    /** @param stacked whether u is [n, P], a direction in each row, instead of one that the groups share */
    private Directions(Backend backend, Tensor u, boolean stacked, Partition partition, Round round) {
        this.backend = backend;
        this.u = u;
        this.stacked = stacked;
        this.partition = partition;
        this.round = round;
    }

    /** The whole of v as one direction. */
    public static Directions whole(Backend backend, Tensor v, ParameterLayout layout) {
        return new Directions(backend, v, Partition.whole(layout), Round.whole(1));
    }

    /** Each row of v [n, P] as one direction. */
    public static Directions rows(Backend backend, Tensor v, ParameterLayout layout) {
        return new Directions(backend, v, true, Partition.whole(layout), Round.whole(v.length(0)));
    }

    /** Where the direction of a position lies: [P]. */
    private Tensor source(int position) {
        return stacked ? u.rows(position, position + 1).reshape(u.length(1)) : u;
    }

    private Partition.Group group(int position) {
        return partition.groups().get(stacked ? 0 : round.group(position));
    }

    /** As many directions, along which all parameters stand still. */
    public Directions still() {
        Partition.Group nothing = new Partition.Group("nothing", "mixed", List.of());
        Partition empty = new Partition(partition.layout(), List.of(nothing));
        return new Directions(backend, u, true, empty, round);
    }

    /** The part of one u_s in one layer. Its tensors are valid until those of another part are asked for. */
    public final class Part {
        private final int position;
        private final List<Partition.Slice> weight;
        private final List<Partition.Slice> bias;

        private Part(int position, List<Partition.Slice> weight, List<Partition.Slice> bias) {
            this.position = position;
            this.weight = weight;
            this.bias = bias;
        }

        /** Position of the direction in the round. */
        public int position() {
            return position;
        }

        public boolean hasWeight() {
            return !weight.isEmpty();
        }

        public boolean hasBias() {
            return !bias.isEmpty();
        }

        /** U^s in the weight's shape. */
        public Tensor weight() {
            return weights.tensor(source(position), weight);
        }

        /** β^s. */
        public Tensor bias() {
            return biases.tensor(source(position), bias);
        }
    }

    /**
     * A copy of u's tensor that is 0 outside of one part's slices: one for all parts, as there may be as many parts as
     * numbers.
     */
    private final class Padded {
        private Optional<Tensor> copy = Optional.empty();
        private List<Partition.Slice> held = List.of();

        /** A view of the direction [P] if the slice is a whole tensor. */
        Tensor tensor(Tensor direction, List<Partition.Slice> slices) {
            Partition.Slice one = slices.get(0);
            Tensor whole = partition.layout().view(direction, one.parameter());
            if (one.to() - one.from() == whole.size()) {
                return whole;
            }
            Tensor padded = copy.orElseGet(() -> zeros(whole.shape()));
            copy = Optional.of(padded);
            if (held != slices) {
                held.forEach(slice -> backend.fill(cut(padded, slice), 0));
                slices.forEach(slice -> backend.copy(cut(whole, slice), cut(padded, slice)));
                held = slices;
            }
            return padded;
        }

        private Tensor zeros(int... shape) {
            Tensor zeros = backend.allocate(shape);
            backend.fill(zeros, 0);
            return zeros;
        }

        private static Tensor cut(Tensor tensor, Partition.Slice slice) {
            return tensor.slice(slice.from(), slice.to() - slice.from());
        }

        void release() {
            copy.ifPresent(Tensor::close);
            copy = Optional.empty();
            held = List.of();
        }
    }

    public Round round() {
        return round;
    }

    Backend backend() {
        return backend;
    }

    /** Number of directions. */
    public int count() {
        return round.size();
    }

    /** The directions that own some of a layer's weight or bias, given by their index in the layout. */
    public List<Part> of(int weight, int bias) {
        List<Part> parts = new ArrayList<>();
        for (int position = 0; position < round.size(); position++) {
            List<Partition.Slice> ofWeight = slices(position, weight);
            List<Partition.Slice> ofBias = slices(position, bias);
            if (!ofWeight.isEmpty() || !ofBias.isEmpty()) {
                parts.add(new Part(position, ofWeight, ofBias));
            }
        }
        return parts;
    }

    private List<Partition.Slice> slices(int position, int parameter) {
        List<Partition.Slice> found = new ArrayList<>();
        for (Partition.Slice slice : group(position).slices()) {
            if (slice.parameter() == parameter) {
                found.add(slice);
            }
        }
        return found;
    }

    /** Returns the copies made for slices of a layer's tensors; its parts are invalid after it. */
    public void releaseParts() {
        weights.release();
        biases.release();
    }
}
