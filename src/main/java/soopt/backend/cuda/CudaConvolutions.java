package soopt.backend.cuda;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import soopt.backend.Convolution;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.cuda.driver.Device;
import soopt.backend.cuda.driver.Dnn;
import soopt.backend.cuda.driver.Dnn.Operation;
import soopt.backend.cuda.driver.Dnn.Refusal;

/**
 * Convolutions by cuDNN, of channels-last images. What it does not do is left to patches and said once; where it fails
 * it is used no more.
 */
final class CudaConvolutions implements AutoCloseable {
    /** Numbers of an array at most, which cuDNN counts in 32 bits with signs. */
    private static final int MOST_NUMBERS = 1 << 30;

    /** Sizes of workspaces that are remembered. */
    private static final int MOST_ROOMS = 1 << 10;

    /** What a workspace is for. */
    private record Kind(Operation operation, Convolution geometry, int images) {}

    private final CudaMemory memory;
    private final long mostBytes;
    private final Optional<String> library;
    /** Empty if it does not start, or failed. */
    private Optional<Dnn> dnn = Optional.empty();

    private Optional<String> note = Optional.empty();
    /** Bytes; empty for what is left to patches. */
    private final Map<Kind, OptionalLong> rooms = new HashMap<>();

    /** @param mostBytes of a workspace */
    CudaConvolutions(Device device, CudaMemory memory, Precision precision, long mostBytes) {
        this.memory = memory;
        this.mostBytes = mostBytes;
        Dnn.Finding found = Dnn.find(device.gpu().driverVersion());
        if (found.problem().isPresent()) {
            tell("cuDNN cannot be used: " + found.problem().get() + ": convolutions are patches times weights");
        } else {
            start(device, precision);
        }
        this.library = dnn.flatMap(started -> found.path())
                .map(path -> path + ", " + found.version().orElseThrow());
    }

    private void start(Device device, Precision precision) {
        try {
            dnn = Optional.of(Dnn.open(device, precision));
        } catch (Refusal e) {
            tell("cuDNN does not start: " + e.getMessage() + ": convolutions are patches times weights");
        }
    }

    private void tell(String what) {
        if (note.isEmpty()) {
            note = Optional.of(what);
        }
    }

    /** Its file and version; empty if it did not start. */
    Optional<String> library() {
        return library;
    }

    /** What did not go as asked for, at first. */
    Optional<String> note() {
        return note;
    }

    /**
     * out ← α the operation + β out for the first images; returns how many of them were done.
     *
     * @param first images, or outputs for a gradient in them
     * @param second weights, or outputs for a gradient in those
     */
    int run(
            Operation operation,
            Convolution g,
            int images,
            double alpha,
            Tensor first,
            Tensor second,
            double beta,
            Tensor out) {
        boolean takes = dnn.isPresent() && (!g.channelsFirst() || g.channels() == 1);
        int group = Math.max(1, Math.min(images, MOST_NUMBERS / Math.max(g.inputs(), g.outputs())));
        int done = 0;
        while (takes && done < images) {
            Kind kind = new Kind(operation, g, Math.min(group, images - done));
            OptionalLong bytes = room(kind);
            if (bytes.orElse(0) > mostBytes) {
                group = kind.images() / 2;
            } else {
                takes = bytes.isPresent() && perform(kind, done, bytes.getAsLong(), alpha, first, second, beta, out);
                done += takes ? kind.images() : 0;
            }
        }
        return done;
    }

    private OptionalLong room(Kind kind) {
        if (!rooms.containsKey(kind)) {
            if (rooms.size() == MOST_ROOMS) {
                rooms.clear();
            }
            try {
                long bytes = dnn.orElseThrow().room(kind.operation(), kind.geometry(), kind.images());
                boolean isTooMuch = bytes > mostBytes && kind.images() == 1;
                rooms.put(kind, isTooMuch ? OptionalLong.empty() : OptionalLong.of(bytes));
                if (isTooMuch) {
                    tell("cuDNN wants " + (bytes >> 20) + " MiB for some convolutions of one image: those are patches"
                            + " times weights");
                }
            } catch (Refusal e) {
                leave(kind, e);
            }
        }
        return rooms.get(kind);
    }

    /** Whether it was done; what is added up over images is added to after the first of them. */
    private boolean perform(
            Kind kind, int from, long bytes, double alpha, Tensor first, Tensor second, double beta, Tensor out) {
        Convolution g = kind.geometry();
        boolean isSum = kind.operation() == Operation.WEIGHT_GRADIENT;
        boolean isOfOutputs = kind.operation() == Operation.INPUT_GRADIENT;
        long a = address(first, from, isOfOutputs ? g.outputs() : g.inputs());
        long b = address(second, from, isSum ? g.outputs() : 0);
        long c = address(out, from, isSum ? 0 : isOfOutputs ? g.inputs() : g.outputs());
        double keep = isSum && from > 0 ? 1 : beta;
        try {
            memory.with(
                    (int) ((bytes + Double.BYTES - 1) / Double.BYTES),
                    room -> dnn.orElseThrow()
                            .run(kind.operation(), g, kind.images(), room, bytes, alpha, a, b, keep, c));
            return true;
        } catch (Refusal e) {
            if (e.isOfKind()) {
                leave(kind, e);
            } else {
                tell("cuDNN failed (" + e.getMessage() + "): convolutions are patches times weights from there on");
                close();
            }
            return false;
        }
    }

    private static long address(Tensor x, int image, int numbers) {
        return CudaMemory.address(x) + (long) image * numbers * x.precision().bytes();
    }

    /** A failure where nothing was run yet is that of a kind, too. */
    private void leave(Kind kind, Refusal why) {
        rooms.put(kind, OptionalLong.empty());
        tell("cuDNN does not do some convolutions (" + why.getMessage() + "): those are patches times weights");
    }

    @Override
    public void close() {
        dnn.ifPresent(Dnn::close);
        dnn = Optional.empty();
    }
}
