package soopt.file;

/** Text as a shell takes it for one word. */
public final class ShellWord {
    private ShellWord() {}

    /** The text itself where no shell reads anything into it, else in single quotes. */
    public static String quoted(String word) {
        return word.matches("[\\w./=,:+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
