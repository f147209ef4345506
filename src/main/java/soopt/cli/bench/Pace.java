package soopt.cli.bench;

/**
 * How long a benchmark measures.
 *
 * @param rounds at most so many of all works
 * @param seconds no new round after so many, but for the first few
 * @param warmUpSeconds of each work before the first round
 */
record Pace(int rounds, double seconds, double warmUpSeconds) {}
