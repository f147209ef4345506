package soopt.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpusTest {
    /** Two sockets of four cores with two hyper-threads each: processors i and i + 8 share a core. */
    private static final List<String> MACHINE = IntStream.range(0, 16)
            .boxed()
            .flatMap(i -> Stream.of("processor\t: " + i, "physical id\t: " + i % 8 / 4, "core id\t\t: " + i % 4, ""))
            .toList();

    private static int threads(String allowed, int available, Map<String, String> environment) {
        return Cpus.threads(MACHINE, List.of("Cpus_allowed_list:\t" + allowed), available, environment);
    }

    @ParameterizedTest
    @CsvSource({"0-15,16,8", "'0,8',2,1", "'0-3,8-11',8,4", "0-1,2,2", "'7,15',2,1", "0-15,3,3"})
    void physicalCoresThatMayBeUsed_countOnce_withinTheQuota(String allowed, int available, int expected) {
        assertEquals(expected, threads(allowed, available, Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "SLURM_CPUS_PER_TASK,2,2",
        "SLURM_CPUS_PER_TASK,64,8",
        "OMP_NUM_THREADS,'3,2',3",
        "OMP_NUM_THREADS,1,1",
        "OMP_NUM_THREADS,0,8",
        "OMP_NUM_THREADS,many,8",
        "SLURM_CPUS_PER_TASK,'',8"
    })
    void limitsOfTheEnvironment_areKept(String name, String value, int expected) {
        assertEquals(expected, threads("0-15", 16, Map.of(name, value)));
    }

    @Test
    void machineThatSaysNothing_countsAsTheJvmDoes() {
        assertEquals(4, Cpus.threads(List.of(), List.of(), 4, Map.of()));
        assertTrue(Cpus.threads() >= 1);
    }
}
