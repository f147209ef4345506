package soopt.experiment.file;

import soopt.spec.Doc;

/** What curvature.jsonl tells of each computation of the optimizer's curvature. */
public enum CurvatureLog {
    @Doc("everything")
    FULL,
    @Doc("everything but H̄ of the batch and averaged, whose size is the number of groups squared")
    VECTORS,
    @Doc("nothing: learning_rates.csv has the rates")
    NEVER
}
