package soopt.data.iterator;

/**
 * Some examples of an iterator as plain arrays.
 *
 * @param size number of examples
 * @param shape of one input
 * @param narrow [size · features] inputs where float32 holds them exactly; else empty
 * @param wide [size · features] inputs in float64; else empty
 * @param targetShape of one target
 * @param targets [size · product of targetShape]
 */
record Batch(int size, int[] shape, float[] narrow, double[] wide, int[] targetShape, double[] targets) {}
