package soopt.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import soopt.file.NamedFile;
import soopt.file.Shown;
import soopt.spec.Doc;

/** Examples for validation: so many of those for training, or a file of their own. */
@Doc("a whole number, or the name of a file")
public final class HeldOut implements NamedFile.Holder {
    private final int count;
    private final Optional<NamedFile> file;

    private HeldOut(int count, Optional<NamedFile> file) {
        this.count = count;
        this.file = file;
    }

    /** @param count of the training examples, ≥ 0 */
    public static HeldOut of(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("must be ≥ 0, but is " + count);
        }
        return new HeldOut(count, Optional.empty());
    }

    /**
     * A whole number is a count; anything else is the name of a file.
     *
     * @param folders where a file with a relative name is looked up
     * @throws IllegalArgumentException with the rest of a sentence if it is neither
     */
    public static HeldOut parse(String text, List<Path> folders) {
        if (!text.matches("[-+]?[\\d_]+(\\.\\d*)?")) {
            return new HeldOut(0, Optional.of(NamedFile.of(text, folders)));
        }
        try {
            return of(Integer.parseInt(text.replace("_", "")));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "must be a whole number or the name of a file, but is " + Shown.value(text), e);
        }
    }

    /** Number of training examples; 0 if there is a file. */
    public int count() {
        return count;
    }

    @Override
    public Optional<NamedFile> file() {
        return file;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HeldOut held && count == held.count && file.equals(held.file);
    }

    @Override
    public int hashCode() {
        return 31 * count + file.hashCode();
    }

    /** As it is written. */
    @Override
    public String toString() {
        return file.map(NamedFile::toString).orElse(Integer.toString(count));
    }
}
