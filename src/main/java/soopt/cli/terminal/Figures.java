package soopt.cli.terminal;

import java.util.Locale;

/** Numbers as people read them; "-" for what was not measured. */
public final class Figures {
    private Figures() {}

    /** Four significant digits. */
    public static String number(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.4g", value);
    }

    public static String percent(double fraction) {
        return Double.isNaN(fraction) ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * fraction);
    }

    /** Bytes in units of 1,000. */
    public static String bytes(double bytes) {
        if (Double.isNaN(bytes)) {
            return "-";
        }
        return bytes < 1e9
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }

    /** From an hour on in hours. */
    public static String hours(double seconds) {
        return seconds < 3600 || Double.isNaN(seconds)
                ? seconds(seconds)
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }

    public static String seconds(double seconds) {
        if (Double.isNaN(seconds)) {
            return "-";
        }
        return seconds < 60 ? String.format(Locale.ROOT, "%.1f s", seconds) : StatusLine.clock(Math.round(seconds));
    }
}
