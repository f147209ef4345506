package soopt.experiment.claim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Processes that want the same claims at the same time: each tries all of them in an order of its own, keeps what it
 * gets until all have tried, and prints it.
 */
public final class ClaimRace {
    private ClaimRace() {}

    /**
     * How many claims had exactly one winner.
     *
     * @throws IllegalStateException with the name of one that had another number
     */
    public static int run(int processes, int claims, Path folder) throws IOException, InterruptedException {
        Path go = folder.resolveSibling(folder.getFileName() + ".go");
        List<Process> children = new ArrayList<>();
        for (int i = 0; i < processes; i++) {
            children.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ClaimRace.class.getName(),
                            folder.toString(),
                            go.toString(),
                            Integer.toString(claims),
                            Integer.toString(i))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        }
        for (Process child : children) {
            read(child);
        }
        Files.createDirectories(go.getParent());
        Files.createFile(go);
        int[] winners = new int[claims];
        for (Process child : children) {
            for (String won : read(child).split(" ")) {
                if (!won.isEmpty()) {
                    winners[Integer.parseInt(won)]++;
                }
            }
        }
        for (Process child : children) {
            child.getOutputStream().close();
            child.waitFor();
        }
        for (int i = 0; i < claims; i++) {
            if (winners[i] != 1) {
                throw new IllegalStateException("claim " + i + " has " + winners[i] + " winners");
            }
        }
        return claims;
    }

    /** One line, byte by byte: no more is taken than is asked for. */
    private static String read(Process child) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = child.getInputStream().read();
                c >= 0 && c != '\n';
                c = child.getInputStream().read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    /** Or the race by itself: PROCESSES CLAIMS FOLDER. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 3) {
            int claims = Integer.parseInt(arguments[1]);
            Path folder = Path.of(arguments[2]);
            int processes = Integer.parseInt(arguments[0]);
            System.out.println(run(processes, claims, folder.resolve("new")) + " new claims: one winner each");
            Path dead = folder.resolve("dead");
            Owner here = Owner.here();
            Owner gone = new Owner(here.host(), here.installation(), here.boot(), here.machine(), 1L << 23, "1", "");
            for (int i = 0; i < claims; i++) {
                Claim.acquire(dead.resolve("c" + i), gone, false);
            }
            System.out.println(run(processes, claims, dead) + " claims of the dead: one winner each");
            return;
        }
        Path folder = Path.of(arguments[0]);
        Path go = Path.of(arguments[1]);
        List<Integer> order = new ArrayList<>(
                IntStream.range(0, Integer.parseInt(arguments[2])).boxed().toList());
        Collections.shuffle(order, new Random(Integer.parseInt(arguments[3]) / 2));
        Owner here = Owner.here();
        System.out.println("ready");
        while (Files.notExists(go)) {
            Thread.onSpinWait();
        }
        List<Claim> won = new ArrayList<>();
        StringBuilder names = new StringBuilder();
        long begin = System.nanoTime();
        for (int i : order) {
            Optional<Claim> claim =
                    Claim.acquire(folder.resolve("c" + i), here, false).claim();
            claim.ifPresent(won::add);
            claim.ifPresent(got -> names.append(i).append(' '));
        }
        System.err.printf("%.2f ms a try, %d won%n", (System.nanoTime() - begin) / 1e6 / order.size(), won.size());
        System.out.println(names);
        while (System.in.read() >= 0) {}
    }
}
