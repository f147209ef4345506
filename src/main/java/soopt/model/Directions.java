package soopt.model;

import java.util.ArrayList;
import java.util.List;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout;
import soopt.curvature.Partition;

/** The direction u cut into the groups of a partition: u_s is u on group s and 0 elsewhere. */
final class Directions {
    /**
     * The part of one u_s in one layer.
     *
     * @param s index of the group
     * @param weight U^s in the weight's shape, or null for 0
     * @param bias β^s, or null for 0
     */
    record Part(int s, Tensor weight, Tensor bias) {}

    private final Backend backend;
    private final Tensor u;
    private final Partition partition;
    private final List<Tensor> padded = new ArrayList<>();

    /** @param u direction [P] */
    Directions(Backend backend, Tensor u, Partition partition) {
        this.backend = backend;
        this.u = u;
        this.partition = partition;
    }

    /** The whole of v as one direction. */
    static Directions whole(Backend backend, Tensor v, ParameterLayout layout) {
        return new Directions(backend, v, Partition.whole(layout));
    }

    /** S. */
    int count() {
        return partition.size();
    }

    /** The groups that own some of a layer's weight or bias, given by their index in the layout; bias −1 for none. */
    List<Part> of(int weight, int bias) {
        List<Part> parts = new ArrayList<>();
        for (int s = 0; s < partition.size(); s++) {
            Tensor ofWeight = find(s, weight);
            Tensor ofBias = find(s, bias);
            if (ofWeight != null || ofBias != null) {
                parts.add(new Part(s, ofWeight, ofBias));
            }
        }
        return parts;
    }

    private Tensor find(int s, int parameter) {
        Tensor found = null;
        for (Partition.Slice slice : partition.groups().get(s).slices()) {
            if (slice.parameter() == parameter) {
                found = found == null ? cut(slice) : add(found, slice);
            }
        }
        return found;
    }

    /** The tensor of a slice: a view of u if it is whole, else a copy that is 0 outside. */
    private Tensor cut(Partition.Slice slice) {
        Tensor whole = partition.layout().view(u, slice.parameter());
        if (slice.from() == 0 && slice.to() == whole.size()) {
            return whole;
        }
        Tensor copy = backend.allocate(whole.shape());
        padded.add(copy);
        backend.fill(copy, 0);
        return add(copy, slice);
    }

    private Tensor add(Tensor copy, Partition.Slice slice) {
        Tensor whole = partition.layout().view(u, slice.parameter());
        int length = slice.to() - slice.from();
        backend.copy(whole.slice(slice.from(), length), copy.slice(slice.from(), length));
        return copy;
    }

    /** Returns the copies made for slices; the parts given out are invalid after it. */
    void releaseParts() {
        padded.forEach(Tensor::close);
        padded.clear();
    }
}
