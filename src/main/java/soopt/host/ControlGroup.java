package soopt.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The limits of the control group of this process, version 2 or 1: what a container or a batch job may take. A group
 * has those of the groups above it too, so that the least counts.
 *
 * @param memoryBytes empty if nothing limits it
 * @param processors whole ones and parts; empty if nothing limits them
 */
public record ControlGroup(OptionalLong memoryBytes, OptionalDouble processors) {
    /** Above it there is no such machine: version 1 says so that there is no limit. */
    private static final long UNLIMITED = 1L << 60;

    private static final Pattern GROUP = Pattern.compile("\\d+:([^:]*):(/.*)");

    /** Of this process. */
    public static ControlGroup own() {
        return of(Path.of("/proc/self/cgroup"), Path.of("/sys/fs/cgroup"));
    }

    /**
     * @param names a line for each hierarchy that the process is in
     * @param root where they are mounted
     */
    static ControlGroup of(Path names, Path root) {
        OptionalLong memory = OptionalLong.empty();
        OptionalDouble processors = OptionalDouble.empty();
        for (String line : lines(names)) {
            Matcher matcher = GROUP.matcher(line);
            if (!matcher.matches()) {
                continue;
            }
            List<String> controllers = List.of(matcher.group(1).split(","));
            String group = matcher.group(2);
            if (matcher.group(1).isEmpty()) {
                memory = least(
                        memory, upwards(root, group, ControlGroup::memory2).mapToLong(Double::longValue));
                processors = least(processors, upwards(root, group, ControlGroup::processors2));
            } else if (controllers.contains("memory")) {
                memory = least(
                        memory,
                        upwards(root.resolve("memory"), group, ControlGroup::memory1)
                                .mapToLong(Double::longValue));
            } else if (controllers.contains("cpu")) {
                processors =
                        least(processors, upwards(root.resolve(matcher.group(1)), group, ControlGroup::processors1));
            }
        }
        return new ControlGroup(memory, processors);
    }

    private static OptionalLong least(OptionalLong known, LongStream more) {
        return LongStream.concat(known.stream(), more).min();
    }

    private static OptionalDouble least(OptionalDouble known, Stream<Double> more) {
        return Stream.concat(known.stream().boxed(), more)
                .mapToDouble(Double::doubleValue)
                .min();
    }

    /** What the group and those above it say. */
    private static Stream<Double> upwards(Path root, String group, Function<Path, Optional<Double>> limit) {
        Path folder = root.resolve(group.substring(1)).normalize();
        Stream.Builder<Path> folders = Stream.builder();
        while (folder.startsWith(root)) {
            folders.add(folder);
            folder = folder.getParent();
        }
        return folders.build().flatMap(each -> limit.apply(each).stream());
    }

    private static Optional<Double> memory2(Path folder) {
        return number(word(folder.resolve("memory.max"), 0));
    }

    private static Optional<Double> memory1(Path folder) {
        return number(word(folder.resolve("memory.limit_in_bytes"), 0)).filter(bytes -> bytes < UNLIMITED);
    }

    private static Optional<Double> processors2(Path folder) {
        Path file = folder.resolve("cpu.max");
        return ratio(number(word(file, 0)), number(word(file, 1)));
    }

    private static Optional<Double> processors1(Path folder) {
        return ratio(
                number(word(folder.resolve("cpu.cfs_quota_us"), 0)),
                number(word(folder.resolve("cpu.cfs_period_us"), 0)));
    }

    private static Optional<Double> ratio(Optional<Double> quota, Optional<Double> period) {
        return quota.flatMap(time -> period.map(of -> time / of)).filter(count -> count > 0);
    }

    /** Not "max", nor −1. */
    private static Optional<Double> number(String word) {
        return word.matches("\\d{1,19}") ? Optional.of(Double.valueOf(word)) : Optional.empty();
    }

    private static String word(Path file, int index) {
        String[] words = lines(file).stream().findFirst().orElse("").split(" ");
        return index < words.length ? words[index] : "";
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException notThere) {
            return List.of();
        }
    }
}
