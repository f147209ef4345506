package soopt.report.draw;

import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.GlyphData;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;

/**
 * The font of all figures: Liberation Sans, which comes with PDFBox, is free to embed (SIL OFL 1.1) and as wide as
 * Arial and Helvetica, which stand in for it where an SVG is looked at. AWT's fonts are not asked: a container has
 * none.
 */
final class Typeface {
    /** Of a capital letter, in sizes. */
    static final double CAPITAL = 0.69;

    private static final int MACRON = 0x304;
    private static final int UNKNOWN = '\ufffd';
    private static final int INSTEAD = '?';
    private static final String FILE = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";

    private final TrueTypeFont font;
    private final CmapLookup glyphs;
    private final double units;

    private Typeface() {
        try (InputStream in = open()) {
            font = new TTFParser().parse(new RandomAccessReadBuffer(in));
            glyphs = font.getUnicodeCmapLookup();
            units = font.getUnitsPerEm();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Loaded {
        static final Typeface SANS = new Typeface();
    }

    static Typeface sans() {
        return Loaded.SANS;
    }

    /** The file of the font. */
    static InputStream open() {
        return Optional.ofNullable(TTFParser.class.getResourceAsStream(FILE))
                .orElseThrow(() -> new IllegalStateException("PDFBox has no " + FILE));
    }

    /** In points. */
    double width(String text, double size) {
        return text.codePoints().mapToDouble(c -> advance(c, size)).sum();
    }

    private double advance(int c, double size) {
        try {
            return isMark(c) ? 0 : font.getAdvanceWidth(glyph(c)) * size / units;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text with ? for what the font lacks; marks over letters are gone. */
    String known(String text) {
        StringBuilder known = new StringBuilder();
        text.codePoints().filter(c -> !isMark(c)).forEach(c -> known.appendCodePoint(has(c) ? c : INSTEAD));
        return known.toString();
    }

    private boolean has(int c) {
        return c != UNKNOWN && glyphs.getGlyphId(c) != 0;
    }

    private int glyph(int c) {
        return glyphs.getGlyphId(has(c) ? c : INSTEAD);
    }

    private static boolean isMark(int c) {
        return Character.getType(c) == Character.NON_SPACING_MARK;
    }

    /** The bars of H̄: {x, y, width, height} from the beginning of the text, y upwards. */
    double[][] bars(String text, double size) {
        int[] codes = text.codePoints().toArray();
        double[][] bars =
                new double[(int) text.codePoints().filter(c -> c == MACRON).count()][];
        double x = 0;
        double before = 0;
        int count = 0;
        for (int c : codes) {
            if (c == MACRON) {
                double width = x - before;
                bars[count++] =
                        new double[] {before + 0.14 * width, (CAPITAL + 0.1) * size, 0.72 * width, 0.065 * size};
            } else {
                before = x;
                x += advance(c, size);
            }
        }
        return bars;
    }

    /** The letters as areas, from (0, 0) to the right; y grows downwards. */
    Path2D outline(String text, double size) {
        Path2D outline = new Path2D.Double();
        double x = 0;
        for (int c : text.codePoints().toArray()) {
            if (!isMark(c)) {
                AffineTransform place = AffineTransform.getTranslateInstance(x, 0);
                place.scale(size / units, -size / units);
                outline.append(path(glyph(c)).getPathIterator(place), false);
                x += advance(c, size);
            }
        }
        for (double[] bar : bars(text, size)) {
            outline.append(new Rectangle2D.Double(bar[0], -bar[1] - bar[3], bar[2], bar[3]), false);
        }
        return outline;
    }

    private Path2D path(int glyph) {
        try {
            GlyphData data = font.getGlyph().getGlyph(glyph);
            return data == null ? new Path2D.Double() : data.getPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
