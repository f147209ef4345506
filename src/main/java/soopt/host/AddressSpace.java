package soopt.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What ulimit -v leaves to this process: it counts memory that is reserved, used or not. */
public final class AddressSpace {
    private AddressSpace() {}

    /** Bytes that can still be reserved; empty where nothing limits them. */
    public static OptionalLong left() {
        return left(lines("/proc/self/limits"), lines("/proc/self/status"));
    }

    static OptionalLong left(List<String> limits, List<String> status) {
        Optional<Long> limit = number(limits, "Max address space", 1);
        Optional<Long> size = number(status, "VmSize:", 1024);
        return limit.isPresent() && size.isPresent()
                ? OptionalLong.of(Math.max(0, limit.get() - size.get()))
                : OptionalLong.empty();
    }

    /** Whether a library with this name is mapped. */
    public static boolean holds(String library) {
        return lines("/proc/self/maps").stream().anyMatch(line -> line.contains(library));
    }

    private static Optional<Long> number(List<String> lines, String head, long unit) {
        return lines.stream()
                .filter(line -> line.startsWith(head))
                .map(line -> line.substring(head.length()).strip().split("\\s+")[0])
                .filter(word -> word.matches("[0-9]{1,15}"))
                .map(word -> unit * Long.parseLong(word))
                .findFirst();
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
    }
}
