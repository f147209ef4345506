package soopt.experiment.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.file.WriteException;
import soopt.npy.NpyArray;
import soopt.npy.NpyException;
import soopt.npy.NpzFile;
import soopt.optimizer.step.State;

/**
 * Everything a run needs to go on to the same numbers, as named arrays in the type of the run: checkpoints/last.npz and
 * the one before it, prev.npz.
 */
public final class Checkpoint implements State {
    /** Numbers converted at once: a network of 10⁸ parameters must not need a second copy in float64. */
    private static final int PIECE = 1 << 20;

    private final Backend backend;
    private final Map<String, NpyArray> arrays;
    private final String prefix;

    private Checkpoint(Backend backend, Map<String, NpyArray> arrays, String prefix) {
        this.backend = backend;
        this.arrays = arrays;
        this.prefix = prefix;
    }

    /** An empty one to put things into. */
    static Checkpoint empty(Backend backend) {
        return new Checkpoint(backend, new LinkedHashMap<>(), "");
    }

    /** The latest readable checkpoint of a folder checkpoints/; empty if there is none. */
    public static Optional<Checkpoint> latest(Path folder, Backend backend) {
        for (String name : new String[] {"last.npz", "prev.npz"}) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                try {
                    return Optional.of(new Checkpoint(backend, NpzFile.read(file), ""));
                } catch (NpyException damaged) {
                    // A kill between the two renames of save leaves prev.npz alone; a full disk may leave a damaged
                    // file.
                    continue;
                }
            }
        }
        return Optional.empty();
    }

    /** Writes last.npz; what was there becomes prev.npz. */
    void save(Path folder) {
        Path last = folder.resolve("last.npz");
        Path next = folder.resolve("next.npz");
        try {
            NpzFile.write(next, arrays);
            if (Files.exists(last)) {
                Files.move(
                        last,
                        folder.resolve("prev.npz"),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(next, last, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            drop(next);
            throw new WriteException(last, e);
        }
    }

    /** What is not in its place would only fill the disk. */
    private static void drop(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException kept) {
            // the failure before this one is what counts
        }
    }

    /** The same checkpoint with names that begin with a prefix of one of its users. */
    Checkpoint within(String user) {
        return new Checkpoint(backend, arrays, prefix + user + ".");
    }

    private NpyArray get(String name) {
        NpyArray array = arrays.get(prefix + name);
        if (array == null) {
            throw new IllegalStateException("the checkpoint has no '" + prefix + name + "'");
        }
        return array;
    }

    @Override
    public void putTensor(String name, Tensor value) {
        int size = Math.toIntExact(value.size());
        if (value.precision() == Precision.FLOAT64) {
            double[] host = new double[size];
            backend.toHost(value, host, 0);
            arrays.put(prefix + name, NpyArray.of(host, size));
            return;
        }
        float[] host = new float[size];
        double[] piece = new double[Math.min(PIECE, size)];
        for (int from = 0; from < size; from += PIECE) {
            int count = Math.min(PIECE, size - from);
            backend.toHost(value.slice(from, count), piece, 0);
            for (int i = 0; i < count; i++) {
                host[from + i] = (float) piece[i];
            }
        }
        arrays.put(prefix + name, NpyArray.of(host, size));
    }

    @Override
    public void getTensor(String name, Tensor out) {
        NpyArray array = get(name);
        if (array.size() != out.size()) {
            throw new IllegalStateException("the checkpoint has " + array.size() + " numbers for '" + prefix + name
                    + "', but " + out.size() + " are needed");
        }
        double[] piece = new double[Math.min(PIECE, array.size())];
        for (int from = 0; from < array.size(); from += PIECE) {
            int count = Math.min(PIECE, array.size() - from);
            array.copy(from, count, piece, 0);
            backend.fromHost(piece, 0, out.slice(from, count));
        }
    }

    @Override
    public void putNumbers(String name, double... values) {
        arrays.put(prefix + name, NpyArray.of(values, values.length));
    }

    @Override
    public double[] getNumbers(String name) {
        return get(name).doubles();
    }

    @Override
    public boolean has(String name) {
        return arrays.containsKey(prefix + name);
    }
}
