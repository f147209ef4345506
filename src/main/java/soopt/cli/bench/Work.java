package soopt.cli.bench;

/**
 * A piece of work to time.
 *
 * @param run does it a number of times in a row
 * @param repeats that number: ten steps for an optimizer whose steps differ within a period of ten
 * @param heldBytes tensors that belong to it and stay between two runs: its output, the state of an optimizer
 */
public record Work(String name, Runnable run, int repeats, long heldBytes) {}
