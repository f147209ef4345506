package soopt.curvature;

/** How much of the derivatives along the groups a summary computes. */
public enum Order {
    /** ḡ and H̄. */
    SECOND,
    /** ḡ, H̄ and the diagonal of D̄³. */
    THIRD,
    /** ḡ, H̄ and all of D̄³ [S, S, S]. */
    THIRD_FULL
}
