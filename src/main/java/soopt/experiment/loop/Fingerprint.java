package soopt.experiment.loop;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import soopt.backend.Backend;
import soopt.backend.Tensor;

/** A checksum of parameters, to see at the end of a run whether any of them moved. */
final class Fingerprint {
    /** Numbers read at once. */
    private static final int PIECE = 1 << 16;

    private Fingerprint() {}

    /** CRC-32C of the numbers of θ [P] as doubles. */
    static long of(Tensor theta, Backend backend) {
        CRC32C checksum = new CRC32C();
        double[] piece = new double[(int) Math.min(PIECE, theta.size())];
        ByteBuffer bytes = ByteBuffer.allocate(piece.length * Double.BYTES);
        for (long from = 0; from < theta.size(); from += piece.length) {
            int count = (int) Math.min(piece.length, theta.size() - from);
            backend.toHost(theta.slice(from, count), piece, 0);
            bytes.asDoubleBuffer().put(piece, 0, count);
            checksum.update(bytes.array(), 0, count * Double.BYTES);
        }
        return checksum.getValue();
    }
}
