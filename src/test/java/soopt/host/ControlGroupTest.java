package soopt.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlGroupTest {
    @TempDir
    Path folder;

    @Test
    void limits_areTheLeastOfTheGroupAndThoseAboveIt() throws IOException {
        write("job/memory.max", "8589934592\n");
        write("job/step/memory.max", "max\n");
        write("job/step/cpu.max", "150000 100000\n");
        write("cpu.max", "max 100000\n");

        assertEquals(
                new ControlGroup(OptionalLong.of(8L << 30), OptionalDouble.of(1.5)),
                ControlGroup.of(names("0::/job/step"), root()));
    }

    @Test
    void limits_ofVersionOne_areRead_andItsNoLimitIsNone() throws IOException {
        write("memory/job/memory.limit_in_bytes", "1073741824\n");
        write("memory/memory.limit_in_bytes", "9223372036854771712\n");
        write("cpu,cpuacct/job/cpu.cfs_quota_us", "400000\n");
        write("cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
        write("cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
        write("cpu,cpuacct/cpu.cfs_period_us", "100000\n");

        assertEquals(
                new ControlGroup(OptionalLong.of(1L << 30), OptionalDouble.of(4)),
                ControlGroup.of(names("5:memory:/job\n3:cpu,cpuacct:/job\n1:name=systemd:/x"), root()));
    }

    @Test
    void whatIsNotThere_limitsNothing() {
        assertEquals(
                new ControlGroup(OptionalLong.empty(), OptionalDouble.empty()),
                ControlGroup.of(folder.resolve("none"), root()));
    }

    private Path root() {
        return folder.resolve("fs");
    }

    private Path names(String text) throws IOException {
        return Files.writeString(folder.resolve("cgroup"), text + "\n");
    }

    private void write(String name, String text) throws IOException {
        Path file = root().resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
