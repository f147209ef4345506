package soopt.spec.yaml;

import soopt.file.Shown;

/**
 * Dotted paths of keys as messages show them: {@code optimizer.step-size}, {@code seeds.0}; the top level is the empty
 * path.
 */
public final class Paths {
    private static final int LENGTH = 200;

    private Paths() {}

    public static String join(String path, Object key) {
        String word = key.toString().isEmpty() ? "''" : Shown.value(key.toString());
        return path.isEmpty() ? word : path.length() > LENGTH ? path : path + "." + word;
    }

    /** The beginning of a sentence about the value at a path. */
    static String subject(String path) {
        return (path.isEmpty() ? "the top level" : path) + " ";
    }
}
