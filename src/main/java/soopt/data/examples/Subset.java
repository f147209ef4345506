package soopt.data.examples;

import java.util.Objects;
import soopt.backend.Precision;

/** Some examples of another set, in an order of its own; nothing is copied. */
final class Subset implements Examples {
    private final Examples whole;
    private final int[] members;

    Subset(Examples whole, int[] members) {
        for (int member : members) {
            Objects.checkIndex(member, whole.size());
        }
        this.whole = whole;
        this.members = members.clone();
    }

    @Override
    public int size() {
        return members.length;
    }

    @Override
    public int features() {
        return whole.features();
    }

    @Override
    public int targets() {
        return whole.targets();
    }

    @Override
    public String targetWords() {
        return whole.targetWords();
    }

    @Override
    public boolean oneHot() {
        return whole.oneHot();
    }

    @Override
    public void requireFinite(Precision precision) {
        whole.requireFinite(precision);
    }

    @Override
    public void inputs(int[] indices, int from, int count, float[] out) {
        whole.inputs(inWhole(indices, from, count), 0, count, out);
    }

    @Override
    public void inputs(int[] indices, int from, int count, double[] out) {
        whole.inputs(inWhole(indices, from, count), 0, count, out);
    }

    @Override
    public void targets(int[] indices, int from, int count, double[] out) {
        whole.targets(inWhole(indices, from, count), 0, count, out);
    }

    @Override
    public Examples augmented(long seed, String stream, long epoch) {
        Examples changed = whole.augmented(seed, stream, epoch);
        return changed == whole ? this : new Subset(changed, members);
    }

    @Override
    public Examples root() {
        return whole.root();
    }

    @Override
    public int inRoot(int example) {
        return whole.inRoot(members[example]);
    }

    @Override
    public int window(int example) {
        return whole.window(members[example]);
    }

    private int[] inWhole(int[] indices, int from, int count) {
        int[] mapped = new int[count];
        for (int k = 0; k < count; k++) {
            mapped[k] = members[indices[from + k]];
        }
        return mapped;
    }
}
