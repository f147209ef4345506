package soopt.model;

import soopt.model.tangent.DirectionBlocks;

/**
 * How a curvature pass is cut so that it fits a budget: for each chunk of examples one forward and backward pass, and
 * then the rounds over the directions.
 *
 * @param examples worked on at once
 * @param directions the blocks of directions and their rounds
 * @param bytes memory that this takes
 */
public record SummaryPlan(int examples, DirectionBlocks directions, long bytes) {}
