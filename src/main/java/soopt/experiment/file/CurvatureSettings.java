package soopt.experiment.file;

import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;

/** How derivatives beyond the gradient are computed; no choice here changes what they are. */
public record CurvatureSettings(
        @Default("auto")
        @Doc(
                "memory of the pass for H̄ and D̄³: auto, or e.g. 512 MiB; less memory takes smaller pieces of a batch, then of its directions")
        MemoryBudget memory) {
    public CurvatureSettings {
        Constraints.check(CurvatureSettings.class, memory);
    }
}
