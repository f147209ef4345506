package soopt.backend.cuda;

import soopt.backend.Contract;
import soopt.backend.Precision;
import soopt.backend.Rows;
import soopt.backend.Tensor;
import soopt.backend.cuda.CudaMemory.Scratch;
import soopt.backend.cuda.Kernels.Kernel;
import soopt.backend.cuda.Kernels.Theme;

/** Rows on the device: images as their bytes and a table of what those stand for, others as numbers. */
final class CudaRows implements Rows.Kept {
    private static final int BYTES_OF_TABLE = 256;

    /** Numbers that are read at once while it is filled. */
    private static final int PIECE = 1 << 20;

    private final CudaMemory memory;
    private final Rows rows;
    private final Kernel gather;
    private final Scratch numbers;
    private final Scratch table;
    private Scratch batch;
    private int capacity = 128;

    CudaRows(CudaMemory memory, Kernels kernels, Precision precision, Rows rows) {
        this.memory = memory;
        this.rows = rows;
        boolean images = rows.pixels().isPresent();
        this.gather = kernels.kernel(Theme.VECTORS, images ? "gatherImages" : "gatherRows");
        this.numbers = memory.scratchBytes(bytes(rows, precision));
        this.table = memory.scratchBytes(
                images ? (long) rows.pixels().orElseThrow().values().length * BYTES_OF_TABLE * precision.bytes() : 1);
        this.batch = memory.scratchBytes(2L * capacity * Integer.BYTES);
        if (images) {
            Rows.Pixels pixels = rows.pixels().orElseThrow();
            memory.upload(pixels.bytes(), numbers.at(0));
            for (int c = 0; c < pixels.values().length; c++) {
                long to = table.at(0) + (long) c * BYTES_OF_TABLE * precision.bytes();
                memory.upload(pixels.values()[c], 0, BYTES_OF_TABLE, to);
            }
        } else {
            fill(precision);
        }
    }

    /** Bytes that they take on the device, up to some kilobytes. */
    static long bytes(Rows rows, Precision precision) {
        return rows.pixels()
                .map(pixels -> (long) pixels.bytes().length)
                .orElse((long) rows.count() * rows.width() * precision.bytes());
    }

    private void fill(Precision precision) {
        int width = rows.width();
        int most = Math.max(1, PIECE / width);
        float[] floats = new float[precision.isSingle() ? most * width : 0];
        double[] doubles = new double[precision.isSingle() ? 0 : most * width];
        for (int from = 0; from < rows.count(); from += most) {
            int count = Math.min(most, rows.count() - from);
            long to = numbers.at(0) + (long) from * width * precision.bytes();
            if (precision.isSingle()) {
                rows.read(from, count, floats);
                memory.upload(floats, 0, count * width, to);
            } else {
                rows.read(from, count, doubles);
                memory.upload(doubles, 0, count * width, to);
            }
        }
    }

    @Override
    public void gather(int[] chosen, int[] windows, Tensor out) {
        Contract.gather(rows, chosen, windows, out);
        if (out.size() == 0) {
            return;
        }
        if (chosen.length > capacity) {
            batch.close();
            capacity = chosen.length;
            batch = memory.scratchBytes(2L * capacity * Integer.BYTES);
        }
        int[] pairs = new int[2 * chosen.length];
        for (int k = 0; k < chosen.length; k++) {
            pairs[2 * k] = chosen[k];
            pairs[2 * k + 1] = windows[k];
        }
        memory.upload(pairs, batch.at(0));
        Launch launch = gather.start().put(out.size());
        if (rows.pixels().isPresent()) {
            Rows.Pixels pixels = rows.pixels().orElseThrow();
            launch.put(pixels.values().length)
                    .put(pixels.height())
                    .put(pixels.width())
                    .put(numbers.at(0))
                    .put(table.at(0));
        } else {
            launch.put(rows.width()).put(numbers.at(0));
        }
        launch.put(batch.at(0)).put(out).forElements(out.size());
    }

    @Override
    public void close() {
        batch.close();
        table.close();
        numbers.close();
    }
}
