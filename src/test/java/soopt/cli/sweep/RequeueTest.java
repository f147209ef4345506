package soopt.cli.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.sweep.slurm.Cluster;
import soopt.sweep.slurm.ClusterException;

class RequeueTest {
    private static final Map<String, String> TASK =
            Map.of("SLURM_JOB_ID", "107", "SLURM_ARRAY_JOB_ID", "100", "SLURM_ARRAY_TASK_ID", "7");

    private final List<String> requeued = new ArrayList<>();
    private boolean refuses;

    private final Cluster cluster = new Cluster() {
        @Override
        public long submit(Path script, List<Long> dependency) {
            throw new AssertionError();
        }

        @Override
        public Set<Task> alive(List<Long> jobs) {
            throw new AssertionError();
        }

        @Override
        public OptionalInt maxArraySize() {
            throw new AssertionError();
        }

        @Override
        public void requeue(String task) {
            if (refuses) {
                throw new ClusterException("SLURM refused 'scontrol requeue " + task + "': Access denied");
            }
            requeued.add(task);
        }
    };

    private Optional<String> after(String signal, int most, Map<String, String> environment) {
        return new Requeue(cluster, environment, most).after(Optional.ofNullable(signal));
    }

    @Test
    void taskThatWasWarned_goesBackToTheQueue_byItsOwnNumber() {
        assertEquals(Optional.of("task 100_7 is queued again"), after("USR1", 3, TASK));
        assertEquals(List.of("100_7"), requeued);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "HUP", "INT"})
    void otherSignals_whichScancelAndPreemptionSend_doNot(String signal) {
        assertEquals(Optional.empty(), after(signal, 3, TASK));
        assertEquals(Optional.empty(), after(null, 3, TASK));
        assertEquals(List.of(), requeued);
    }

    @Test
    void whatIsNoTaskOfAnArray_doesNot() {
        assertEquals(Optional.empty(), after("USR1", 3, Map.of()));
        assertEquals(Optional.empty(), after("USR1", 3, Map.of("SLURM_JOB_ID", "107")));
        assertEquals(List.of(), requeued);
    }

    @Test
    void taskGoesBackSoOften_andNoMore() {
        for (int restarts = 0; restarts < 4; restarts++) {
            Map<String, String> environment = new HashMap<>(TASK);
            environment.put("SLURM_RESTART_COUNT", "" + restarts);
            String said = after("USR1", 3, environment).orElseThrow();
            assertTrue(restarts < 3 ? said.endsWith("is queued again") : said.contains("3 times"), said);
        }
        assertEquals(3, requeued.size());
        assertEquals(Optional.empty(), after("USR1", 0, TASK));
    }

    @Test
    void refusal_isALine() {
        refuses = true;
        assertEquals(
                "task 100_7 is not queued again: SLURM refused 'scontrol requeue 100_7': Access denied",
                after("USR1", 3, TASK).orElseThrow());
    }
}
