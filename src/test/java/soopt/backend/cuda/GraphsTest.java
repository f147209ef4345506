package soopt.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.cuda.driver.Device;

/** Work that comes again is replayed by graphs, with the same numbers as when it is done plainly. */
class GraphsTest {
    private static final int N = 300;
    private static final String PROPERTY = "soopt.cuda.graphs";

    private Standin standin;
    private CudaBackend backend;
    private Tensor x;
    private Tensor y;
    private Tensor z;

    @BeforeEach
    void open() {
        standin = Standin.use().set("QUIET", 1);
        begin();
    }

    private void begin() {
        backend = CudaBackend.open(Precision.FLOAT32, 0);
        x = backend.allocate(N);
        y = backend.allocate(N);
        z = backend.allocate(N);
        backend.fill(y, 0);
        backend.fill(z, 0);
    }

    @AfterEach
    void close() {
        System.clearProperty(PROPERTY);
        if (standin != null) {
            end();
            standin.close();
        }
    }

    private void end() {
        x.close();
        y.close();
        z.close();
        backend.close();
    }

    private Backend.Replay replay() {
        return backend.replay().orElseThrow();
    }

    private void input(double value) {
        double[] numbers = new double[N];
        Arrays.setAll(numbers, i -> value + i % 7);
        backend.fromHost(numbers, 0, x);
    }

    /** Nine operations that leave their numbers in y and z, and one number on the host. */
    private double work(double alpha, int repeats, Tensor in) {
        double[] sum = new double[1];
        backend.recorded(
                "work",
                () -> backend.together(() -> {
                    try (Tensor scratch = backend.allocate(N);
                            Tensor square = backend.allocate(3, 3)) {
                        for (int i = 0; i < repeats; i++) {
                            backend.combine(alpha, in, 0.5, y, scratch);
                            backend.axpyInPlace(2, scratch, y);
                        }
                        Tensor rows = y.reshape(3, N / 3);
                        backend.gemm(false, true, 1e-3, rows, rows, 0, square);
                        backend.copy(y, z);
                        backend.axpyInPlace(1, square.reshape(9), z.slice(0, 9));
                        backend.dot(z, z, value -> sum[0] += value);
                        backend.dot(y, z, value -> sum[0] += value);
                    }
                }));
        return sum[0];
    }

    private double[] values(Tensor tensor) {
        double[] values = new double[N];
        backend.toHost(tensor, values, 0);
        return values;
    }

    private double[] fourTimes() {
        double[] out = new double[2 * N + 4];
        for (int i = 0; i < 4; i++) {
            input(0.1 * i);
            out[2 * N + i] = work(0.01 * i, 2, x);
        }
        System.arraycopy(values(y), 0, out, 0, N);
        System.arraycopy(values(z), 0, out, N, N);
        return out;
    }

    private double[] plainly() {
        System.setProperty(PROPERTY, "off");
        end();
        begin();
        double[] plain = fourTimes();
        assertEquals(0, backend.counts().captures());
        assertEquals(0, backend.counts().replays());
        return plain;
    }

    @Test
    void work_isDonePlainlyOnce_thenCaptured_thenReplayed_withTheSameBits() {
        double[] replayed = fourTimes();
        Device.Counts counts = backend.counts();
        assertEquals(1, counts.captures());
        assertEquals(3, counts.replays());
        assertEquals(3, standin.count("graphs"));
        assertEquals(4, standin.count("updates"), "two scalars, of two replays after the capture");
        assertEquals(1, replay().graphs());
        assertEquals(Optional.empty(), replay().problem());
        long launches = counts.launches();
        input(3);
        work(0.7, 2, x);
        assertEquals(launches, backend.counts().launches(), "no kernel is launched by itself");
        assertArrayEquals(plainly(), replayed);
    }

    /** As the averages of K-FAC's factors are at first: no graph takes the factor of a product. */
    @Test
    void productsWithOtherFactors_areDoneSingly_betweenGraphs() {
        Tensor rows = x.reshape(3, N / 3);
        Tensor square = z.slice(0, 3, 3);
        for (int i = 0; i < 5; i++) {
            double alpha = 0.1 * (i + 1);
            input(1);
            backend.recorded("products", () -> {
                for (int k = 0; k < 6; k++) {
                    backend.gemm(false, true, alpha, rows, rows, 0, square);
                    for (int j = 0; j < 4; j++) {
                        backend.axpyInPlace(0.5, x, y);
                    }
                }
            });
        }
        assertEquals(6, replay().graphs());
        assertEquals(3 * 6, backend.counts().replays(), "from the third time on");
        assertEquals(0.5 * (6 * 4 * 5) * 1, values(y)[0], 1e-4);
        double sum = 0;
        for (int i = 0; i < N / 3; i++) {
            sum += (1 + i % 7) * (1 + i % 7);
        }
        assertEquals(0.5 * sum, values(z)[0], 1e-2);
    }

    @Test
    void otherWork_orOtherMemory_isDoneAsAskedFor_andRecordedAnew() {
        fourTimes();
        input(1);
        Tensor other = backend.allocate(N);
        backend.fill(other, 2);
        double[] before = values(y);
        work(0.5, 2, other);
        float first = step(before[5], 0.5f, 2);
        float second = step(first, 0.5f, 2);
        assertEquals(second, (float) values(y)[5], 1e-5f * Math.abs(second));
        long captures = backend.counts().captures();
        for (int i = 0; i < 3; i++) {
            work(0.25, 3, x);
        }
        assertEquals(captures + 1, backend.counts().captures());
        other.close();
    }

    private static float step(double y, float alpha, float in) {
        float scratch = alpha * in + 0.5f * (float) y;
        return (float) y + 2 * scratch;
    }

    @Test
    void numberReadInTheMiddle_partsTheGraph_andIsRight() {
        double[] read = new double[5];
        for (int i = 0; i < read.length; i++) {
            int place = i;
            input(i);
            backend.recorded("read", () -> {
                for (int k = 0; k < 4; k++) {
                    backend.axpyInPlace(0.5, x, y);
                }
                read[place] = backend.dot(y, y);
                for (int k = 0; k < 4; k++) {
                    backend.axpyInPlace(-0.5, x, y);
                }
            });
        }
        assertEquals(2, backend.counts().captures());
        assertEquals(8, backend.counts().replays());
        for (int i = 0; i < read.length; i++) {
            double sum = 0;
            for (int j = 0; j < N; j++) {
                sum += 4.0 * Math.pow(i + j % 7, 2);
            }
            assertEquals(sum, read[i], 1e-4 * sum);
        }
    }

    @Test
    void graphThatTheDriverRefuses_isDonePlainly_andWhyIsKnown() {
        standin.set("CAPTURE_FAILURE", 1);
        double[] refused = fourTimes();
        assertTrue(replay().problem().orElseThrow().contains("CAPTURE_UNSUPPORTED from cuStreamBeginCapture"));
        assertEquals(0, backend.counts().replays());
        end();
        begin();
        standin.set("INSTANTIATE_FAILURE", 1);
        assertArrayEquals(refused, fourTimes());
        assertEquals(0, backend.counts().replays());
        end();
        begin();
        standin.set("UPDATE_FAILURE", 2);
        assertArrayEquals(refused, fourTimes());
        assertTrue(replay().problem().orElseThrow().contains("cuGraphExecKernelNodeSetParams"));
        assertArrayEquals(plainly(), refused);
    }

    /** Between what has other scalars there are graphs still. */
    @Test
    void scalarsThatADriverTakesNot_areLaunchedPlainly_withTheSameBits() {
        standin.set("NO_NODES", 1);
        double[] replayed = fourTimes();
        assertEquals(0, standin.count("updates"));
        assertEquals(Optional.empty(), replay().problem());
        assertTrue(
                backend.counts().replays() >= 2, "replays: " + backend.counts().replays());
        long launches = backend.counts().launches();
        input(3);
        work(0.7, 2, x);
        assertEquals(3, backend.counts().launches() - launches, "twice combine, and axpy between");
        assertArrayEquals(plainly(), replayed);
    }

    @Test
    void workThatIsBrokenOff_isDoneUpToThere() {
        fourTimes();
        double[] before = values(y);
        assertThrows(
                IllegalStateException.class,
                () -> backend.recorded("work", () -> {
                    try (Tensor scratch = backend.allocate(N)) {
                        backend.combine(0.03, x, 0.5, y, scratch);
                        backend.axpyInPlace(2, scratch, y);
                        throw new IllegalStateException("stopped");
                    }
                }));
        float expected = step(before[0], 0.03f, 0.3f);
        assertEquals(expected, (float) values(y)[0], 1e-5f * Math.abs(expected));
    }

    @Test
    void graphs_areBounded_andGoWithTheirBackend() {
        for (int key = 0; key < 70; key++) {
            for (int i = 0; i < 3; i++) {
                backend.recorded(key, () -> {
                    for (int k = 0; k < 5; k++) {
                        backend.fill(y, 1);
                        backend.scaleInPlace(0.5, y);
                    }
                });
            }
        }
        assertEquals(70, backend.counts().captures());
        assertEquals(64, replay().graphs());
        assertEquals(640, replay().operations());
        assertEquals(0.5, values(y)[0]);
    }

    /** Of every second time another piece of work: after some attempts it is no longer compared. */
    @Test
    void workThatIsNeverTheSame_isDonePlainly() {
        for (int i = 0; i < 80; i++) {
            int repeats = i % 2 + 1;
            backend.fill(y, 0);
            backend.fill(x, 1);
            work(0.5, repeats, x);
            float once = step(0, 0.5f, 1);
            float expected = repeats == 1 ? once : step(once, 0.5f, 1);
            assertEquals(expected, (float) values(y)[N - 1]);
        }
        assertEquals(0, replay().graphs());
    }
}
