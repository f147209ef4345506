package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import soopt.spec.Fixture.Experiment;

class SpecWriterTest {
    @Test
    void yaml_writesAllDefaultsOut_andReadsBackEqual() {
        Experiment experiment = Fixture.bind(Fixture.SHORTEST);
        String yaml = SpecWriter.toYaml(experiment);
        assertEquals("""
                name: mlp
                seeds: [1]
                schedule: constant
                optimizer: {type: sgd, step-size: 0.1, momentum: 0.9, nesterov: false}
                training: {epochs: 10, batch-size: 100}
                patience: 5.0
                every: 10 steps
                grid: {}
                verbose: false
                """, yaml);
        assertEquals(experiment, Fixture.bind(yaml));
    }
}
