package soopt.experiment.checkpoint;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.npy.NpyArray;
import soopt.npy.NpyException;
import soopt.npy.NpzFile;
import soopt.optimizer.step.State;

/** Everything a run needs to go on to the same numbers, as named arrays in the type of the run. */
public final class Checkpoint implements State {
    /** Numbers converted at once: a network of 10⁸ parameters must not need a second copy in float64. */
    private static final int PIECE = 1 << 20;

    private static final String SEAL = "seal";
    /** Of the names and of what stands under them. */
    private static final int FORMAT = 2;

    private final Backend backend;
    private final Map<String, NpyArray> arrays;
    private final String prefix;

    private Checkpoint(Backend backend, Map<String, NpyArray> arrays, String prefix) {
        this.backend = backend;
        this.arrays = arrays;
        this.prefix = prefix;
    }

    /** An empty one to put things into. */
    public static Checkpoint empty(Backend backend) {
        return new Checkpoint(backend, new LinkedHashMap<>(), "");
    }

    /**
     * Of a file, tested against its checksums.
     *
     * @throws NpyException if a bit of it is not as it was written, or something is missing
     */
    static Checkpoint read(Path file, Backend backend) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>(NpzFile.read(file));
        NpyArray seal = arrays.remove(SEAL);
        if (seal == null || !Arrays.equals(seal(arrays.keySet()), seal.doubles())) {
            throw new NpyException(file + " lacks a part of it, or is of another version of soopt");
        }
        return new Checkpoint(backend, arrays, "");
    }

    /** Writes it whole or not at all. */
    void write(Path file) {
        Map<String, NpyArray> sealed = new LinkedHashMap<>(arrays);
        double[] seal = seal(arrays.keySet());
        sealed.put(SEAL, NpyArray.of(seal, seal.length));
        NpzFile.write(file, sealed);
    }

    /** The format, and of the names: each array has a checksum of its own, but none tells that one is missing. */
    private static double[] seal(Collection<String> names) {
        CRC32C checksum = new CRC32C();
        checksum.update(String.join("\n", names).getBytes(StandardCharsets.UTF_8));
        return new double[] {FORMAT, names.size(), checksum.getValue()};
    }

    /** The same checkpoint with names that begin with a prefix of one of its users. */
    public Checkpoint within(String user) {
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
        if (!value.precision().isSingle()) {
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

    /** All arrays under the prefix, by the rest of their names. */
    public Map<String, double[]> numbers() {
        Map<String, double[]> numbers = new LinkedHashMap<>();
        arrays.forEach((name, array) -> {
            if (name.startsWith(prefix)) {
                numbers.put(name.substring(prefix.length()), array.doubles());
            }
        });
        return numbers;
    }

    @Override
    public boolean has(String name) {
        return arrays.containsKey(prefix + name);
    }
}
