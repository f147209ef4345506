package soopt.data.examples;

/**
 * What the examples of a data set are, as far as it is known before they are read.
 *
 * @param featureShape shape of one input
 * @param targetWords the targets' shape and type, for messages
 */
public record Form(int[] featureShape, Targets targets, String targetWords) {
    /** Images [channels, height, width] of so many classes. */
    public static Form images(int channels, int height, int width, int classes) {
        return new Form(
                new int[] {channels, height, width},
                new Targets(Targets.Kind.LABELS, classes),
                "the targets are class labels");
    }
}
