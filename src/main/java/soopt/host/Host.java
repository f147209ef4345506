package soopt.host;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The machine as meta.json describes it. */
public final class Host {
    private Host() {}

    /** Its network name. */
    public static String name() {
        String given = System.getenv("HOSTNAME");
        if (given != null && !given.isBlank()) {
            return given;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    /** The processor's name, or the architecture where the system does not say. */
    public static String cpu() {
        return cpuInfo().stream()
                .filter(line -> line.startsWith("model name"))
                .map(Host::value)
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    /** Physical cores this process may use: hyper-threads count once. At least 1. */
    public static int physicalCores() {
        Set<String> cores = new HashSet<>();
        String socket = "0";
        for (String line : cpuInfo()) {
            if (line.startsWith("physical id")) {
                socket = value(line);
            } else if (line.startsWith("core id")) {
                cores.add(socket + "/" + value(line));
            }
        }
        int usable = Runtime.getRuntime().availableProcessors();
        return cores.isEmpty() ? usable : Math.min(cores.size(), usable);
    }

    /** Bytes of main memory, 0 where the system does not say. */
    public static long memoryBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }

    private static String value(String line) {
        return line.substring(line.indexOf(':') + 1).strip();
    }

    private static List<String> cpuInfo() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo"));
        } catch (IOException e) {
            return List.of();
        }
    }
}
