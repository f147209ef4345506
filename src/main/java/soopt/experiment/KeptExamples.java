package soopt.experiment;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Rows;
import soopt.backend.Tensor;
import soopt.data.examples.Examples;

/**
 * The sets of a run that the engine keeps in its own memory, each once however many views of it there are. Batches are
 * put together there, with the same bits as on the host.
 */
final class KeptExamples implements AutoCloseable {
    private final Backend backend;
    private final Map<Examples, Optional<Rows.Kept>> kept = new IdentityHashMap<>();

    KeptExamples(Backend backend) {
        this.backend = backend;
    }

    /** A set as rows of its inputs. */
    private record Inputs(Examples set) implements Rows {
        @Override
        public int count() {
            return set.size();
        }

        @Override
        public int width() {
            return set.features();
        }

        private static int[] indices(int from, int count) {
            int[] indices = new int[count];
            for (int k = 0; k < count; k++) {
                indices[k] = from + k;
            }
            return indices;
        }

        @Override
        public void read(int from, int count, float[] out) {
            set.inputs(indices(from, count), 0, count, out);
        }

        @Override
        public void read(int from, int count, double[] out) {
            set.inputs(indices(from, count), 0, count, out);
        }

        @Override
        public Optional<Pixels> pixels() {
            return set.pixels();
        }
    }

    /**
     * inputs [count, features] ← those of indices_{from} … indices_{from+count−1}; false if the engine does not keep
     * the set.
     */
    boolean gather(Examples examples, int[] indices, int from, int count, Tensor inputs) {
        Optional<Rows.Kept> set = of(examples);
        if (set.isEmpty()) {
            return false;
        }
        int[] rows = new int[count];
        int[] windows = new int[count];
        for (int k = 0; k < count; k++) {
            rows[k] = examples.inRoot(indices[from + k]);
            windows[k] = examples.window(indices[from + k]);
        }
        set.get().gather(rows, windows, inputs);
        return true;
    }

    private Optional<Rows.Kept> of(Examples examples) {
        return kept.computeIfAbsent(examples.root(), root -> backend.keep(new Inputs(root)));
    }

    boolean has(Examples examples) {
        return of(examples).isPresent();
    }

    @Override
    public void close() {
        kept.values().forEach(set -> set.ifPresent(Rows.Kept::close));
    }
}
