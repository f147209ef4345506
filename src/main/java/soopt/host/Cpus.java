package soopt.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many threads compute when nobody says how many: one place for all commands. */
public final class Cpus {
    private static final Pattern NUMBER = Pattern.compile("\\s*([1-9][0-9]{0,5})\\b.*");

    private Cpus() {}

    /**
     * One thread per physical core that this process may run on, and no more than its control group's quota, than the
     * CPUs of its SLURM task, and than OMP_NUM_THREADS. At least 1.
     */
    public static int threads() {
        return threads(
                lines("/proc/cpuinfo"),
                lines("/proc/self/status"),
                Runtime.getRuntime().availableProcessors(),
                System.getenv());
    }

    /** @param available as the JVM counts: processors it may run on, or the quota of its control group rounded up */
    static int threads(List<String> cpuInfo, List<String> status, int available, Map<String, String> environment) {
        int cores = cores(cpuInfo, allowed(status));
        int count = cores == 0 ? available : Math.min(cores, available);
        for (String limit : List.of("SLURM_CPUS_PER_TASK", "OMP_NUM_THREADS")) {
            Matcher number = NUMBER.matcher(environment.getOrDefault(limit, ""));
            if (number.matches()) {
                count = Math.min(count, Integer.parseInt(number.group(1)));
            }
        }
        return Math.max(1, count);
    }

    /** Physical cores with an allowed processor: hyper-threads count once. 0 where the system does not say. */
    private static int cores(List<String> cpuInfo, BitSet allowed) {
        Set<String> cores = new HashSet<>();
        int processor = 0;
        String socket = "0";
        for (String line : cpuInfo) {
            if (line.startsWith("processor")) {
                processor = Integer.parseInt(value(line));
            } else if (line.startsWith("physical id")) {
                socket = value(line);
            } else if (line.startsWith("core id") && (allowed.isEmpty() || allowed.get(processor))) {
                cores.add(socket + "/" + value(line));
            }
        }
        return cores.size();
    }

    /** From "Cpus_allowed_list: 0-3,8"; empty where the system does not say. */
    private static BitSet allowed(List<String> status) {
        BitSet allowed = new BitSet();
        for (String line : status) {
            if (line.startsWith("Cpus_allowed_list:")) {
                for (String range : value(line).split(",")) {
                    String[] ends = range.split("-");
                    allowed.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
                }
            }
        }
        return allowed;
    }

    private static String value(String line) {
        return line.substring(line.indexOf(':') + 1).strip();
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
    }
}
