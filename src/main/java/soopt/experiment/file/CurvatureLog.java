package soopt.experiment.file;

import soopt.spec.Doc;

/** What curvature.jsonl tells of each computation of the optimizer's curvature. */
public enum CurvatureLog {
    @Doc("everything; of more than 500 groups as vectors")
    FULL,
    @Doc("everything but H̄ of the batch and averaged, whose size is the number of groups squared")
    VECTORS,
    @Doc("nothing: learning_rates.csv has the rates")
    NEVER;

    /** With more a line of text would be many MB: {@code matrices/} has H̄ as numbers too. */
    private static final int MOST_GROUPS = 500;

    /** Whether the matrices of so many groups are told. */
    public boolean tellsMatrices(int groups) {
        return this == FULL && groups <= MOST_GROUPS;
    }
}
