package soopt.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.Golden;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.cuda.CudaBackend;
import soopt.backend.cuda.Standin;
import soopt.curvature.Objective;
import soopt.curvature.Order;
import soopt.curvature.Partition;
import soopt.curvature.Partitioning;
import soopt.optimizer.Adam;
import soopt.optimizer.Optimizer;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Batches;
import soopt.optimizer.step.Problem;

/** A pass over a network on a GPU: what it loads, and that the host waits for it once. */
class GpuPassTest {
    @TempDir
    private Path folder;

    /** Everything in a process of its own: this one has ND4J loaded. */
    @Test
    void pass_loadsNothingOfNd4j_andWaitsOnce() throws IOException, InterruptedException {
        Path log = folder.resolve("classes");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dsoopt.cuda.libraries=" + Standin.folder(),
                        "-Xlog:class+load:file=" + log,
                        "-cp",
                        System.getProperty("java.class.path"),
                        GpuPassTest.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        assertEquals("1 1 1 1", said.strip(), "a summary, a gradient, a step of Adam, an evaluation of two batches");
        List<String> nd4j = Files.readAllLines(log).stream()
                .filter(line -> line.contains(" org.nd4j.") || line.contains(" org.bytedeco."))
                .toList();
        assertEquals(List.of(), nd4j);
    }

    /** Passes over LeNet and a step; prints how often the host waited for each. */
    public static void main(String[] arguments) {
        JsonNode file = Golden.read(Golden.files("hbar").stream()
                .filter(path -> path.endsWith("lenet_16.json"))
                .findFirst()
                .orElseThrow());
        Network network = GoldenNetworks.network(file).orElseThrow();
        try (CudaBackend backend = CudaBackend.open(Precision.FLOAT32, 0);
                Tensor theta = GoldenNetworks.flat(backend, network.layout(), file.get("params"));
                Tensor u = GoldenNetworks.flat(
                        backend, network.layout(), file.get("cases").get(0).get("u"))) {
            Objective objective = network.objective(
                    backend,
                    GoldenNetworks.inputs(backend, file.get("x")),
                    GoldenNetworks.targets(backend, file.get("y")));
            Partition partition = new Partitioning.Canonical().of(network.layout());
            Tensor inputs = GoldenNetworks.inputs(backend, file.get("x"));
            Tensor targets = GoldenNetworks.targets(backend, file.get("y"));
            Optimizer.Iteration adam = new Adam(1e-3, new Direction.Adam(0.9, 0.999, 1e-8, 0, false), Optional.empty())
                    .start(new Problem(backend, network.layout(), Batches.always(objective), 1));
            System.out.print(waits(backend, () -> objective.summary(theta, u, partition, Order.THIRD)));
            System.out.print(" " + waits(backend, () -> objective.gradient(theta, u)));
            System.out.print(" " + waits(backend, () -> adam.step(theta, objective)));
            System.out.println(" "
                    + waits(
                            backend,
                            () -> backend.together(() -> {
                                network.score(backend, theta, inputs, targets, score -> {});
                                network.score(backend, theta, inputs, targets, score -> {});
                            })));
        }
    }

    private static long waits(CudaBackend backend, Runnable work) {
        long before = backend.counts().synchronizations();
        work.run();
        return backend.counts().synchronizations() - before;
    }
}
