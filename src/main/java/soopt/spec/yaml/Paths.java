package soopt.spec.yaml;

/** Dotted paths of keys, as in {@code optimizer.step-size} and {@code seeds.0}; the top level is the empty path. */
public final class Paths {
    private Paths() {}

    public static String join(String path, Object key) {
        String word = key.toString().isEmpty() ? "''" : key.toString();
        return path.isEmpty() ? word : path + "." + word;
    }

    /** The beginning of a sentence about the value at a path. */
    static String subject(String path) {
        return (path.isEmpty() ? "the top level" : path) + " ";
    }
}
