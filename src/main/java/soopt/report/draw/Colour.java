package soopt.report.draw;

import java.util.Locale;

/**
 * A colour of the screen, sRGB.
 *
 * @param rgb 0xRRGGBB
 * @param opacity in [0, 1]
 */
public record Colour(int rgb, double opacity) {
    public static final Colour BLACK = new Colour(0x000000);
    public static final Colour WHITE = new Colour(0xffffff);
    /** Of axes and their text. */
    public static final Colour INK = new Colour(0x222222);
    /** Of lines that guide the eye. */
    public static final Colour GRID = new Colour(0xdddddd);
    /** Of what stands back. */
    public static final Colour GREY = new Colour(0x9a9a9a);

    public Colour(int rgb) {
        this(rgb, 1);
    }

    public Colour withOpacity(double value) {
        return new Colour(rgb, value);
    }

    /** #rrggbb. */
    public String hex() {
        return String.format(Locale.ROOT, "#%06x", rgb);
    }

    public int red() {
        return rgb >> 16 & 0xff;
    }

    public int green() {
        return rgb >> 8 & 0xff;
    }

    public int blue() {
        return rgb & 0xff;
    }

    /** CIE L* in [0, 100]: how light it looks, and what is left of it in grey. */
    public double lightness() {
        double y = 0.2126 * linear(red()) + 0.7152 * linear(green()) + 0.0722 * linear(blue());
        return y > 216.0 / 24389 ? 116 * Math.cbrt(y) - 16 : y * 24389 / 27;
    }

    private static double linear(int channel) {
        double value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }

    /** Between this (0) and another (1), channel by channel. */
    public Colour mixed(Colour other, double part) {
        return new Colour(
                channel(red(), other.red(), part) << 16
                        | channel(green(), other.green(), part) << 8
                        | channel(blue(), other.blue(), part),
                opacity);
    }

    private static int channel(int one, int other, double part) {
        return (int) Math.round(one + part * (other - one));
    }
}
