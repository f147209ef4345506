package soopt.report.draw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;
import soopt.report.draw.Lettering.Anchor;

/** The three forms of a drawing, its colours and its letters. */
class DrawTest {
    private static final String NAME = "a<&\"b> λ é";

    private static byte[] drawing(Format format) {
        String unfit = "\u0000\u001b\ufffe\uffff\ud800]]>";
        Canvas canvas = format.canvas(200, 100, 144, "title & <more>");
        canvas.begin("curve", NAME);
        canvas.line(new double[] {10, 50, 90}, new double[] {10, 40, 20}, new Pen(Palette.series(1), 2, 2, 1));
        canvas.end();
        canvas.begin("curve", unfit);
        canvas.text(Words.plain(unfit), 10, 90, new Lettering(6, Anchor.START));
        canvas.end();
        canvas.clip(new Box(0, 0, 100, 100));
        canvas.area(
                new double[] {10, 90, 50},
                new double[] {60, 60, 90},
                Palette.series(2).withOpacity(0.5));
        canvas.unclip();
        for (Mark mark : Mark.values()) {
            canvas.mark(mark, 120 + 10 * mark.ordinal(), 20, 3, Palette.series(3), mark.ordinal() % 2 == 0);
        }
        canvas.text(Words.plain(NAME), 100, 60, new Lettering(9, Anchor.MIDDLE));
        canvas.text(Words.of("H̄^{−1} 10^{-3}"), 190, 80, new Lettering(9, Colour.INK, Anchor.END, true));
        canvas.text(Words.plain("漢字 \u0007\u202e"), 10, 98, new Lettering(6, Anchor.START));
        canvas.cells(new int[] {0xff0000, 0x00ff00, 0x0000ff, 0xffffff}, 2, 2, new Box(150, 50, 40, 40));
        return canvas.finish();
    }

    private static Document parsed(byte[] svg) {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(svg));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void svg_isWellFormed_andItsTextIsText() {
        Document svg = parsed(drawing(Format.SVG));

        assertEquals("200pt", svg.getDocumentElement().getAttribute("width"));
        assertEquals(NAME, svg.getElementsByTagName("text").item(1).getTextContent());
        assertEquals("H̄−1 10-3", svg.getElementsByTagName("text").item(2).getTextContent());
        assertEquals("title & <more>", svg.getElementsByTagName("title").item(0).getTextContent());
        assertTrue(svg.getElementsByTagName("text").item(3).getTextContent().contains("\\u202e"));
    }

    @Test
    void pdf_hasItsTextAsText() throws IOException {
        try (PDDocument pdf = Loader.loadPDF(drawing(Format.PDF))) {
            String text = new PDFTextStripper().getText(pdf);
            assertTrue(text.contains(NAME), text);
            assertEquals(200, pdf.getPage(0).getMediaBox().getWidth());
        }
    }

    @Test
    void png_hasThePixelsOfItsDpi() throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(drawing(Format.PNG)));

        assertEquals(400, image.getWidth());
        assertEquals(200, image.getHeight());
        assertEquals(0xff0000, image.getRGB(2 * 160, 2 * 60) & 0xffffff);
        assertEquals(0xffffff, image.getRGB(2, 2) & 0xffffff);
    }

    @ParameterizedTest
    @EnumSource
    void theSameDrawing_isTheSameFile(Format format) throws InterruptedException {
        byte[] first = drawing(format);
        // a clock in the file would show
        Thread.sleep(format == Format.PDF ? 1100 : 0);
        assertArrayEquals(first, drawing(format));
    }

    @Test
    void letters_areAsWideAsThoseOfHelvetica() {
        // AFM of Helvetica: H 722, i 222, 1 556, of 1000
        assertEquals(7.22, Words.plain("H").width(10), 0.005);
        assertEquals(2.22, Words.plain("i").width(10), 0.005);
        assertEquals(Words.plain("H").width(10), Words.plain("H̄").width(10));
        assertEquals(5.56 * Words.SMALLER, Words.of("^{1}").width(10), 0.005);
    }

    @Test
    void markup_isReadInOursAlone() {
        assertEquals(3, Words.of("λ_{int} x").spans().size());
        assertEquals("λ_{int}", Words.plain("λ_{int}").text());
        assertEquals(1, Words.plain("λ_{int}").spans().size());
        assertTrue(Words.of("").isEmpty());
    }

    @Test
    void signedColours_becomeDarkerAwayFromZero_alikeOnBothSides() {
        for (int side : new int[] {-1, 1}) {
            double before = Palette.signed(0).lightness();
            assertTrue(before > 98);
            for (int k = 1; k <= 100; k++) {
                double now = Palette.signed(side * k / 100.0).lightness();
                assertTrue(now < before + 1e-9, "at " + side * k + " %");
                before = now;
            }
            assertTrue(before < 25);
        }
        for (int k = 0; k <= 100; k++) {
            double below = Palette.signed(-k / 100.0).lightness();
            double above = Palette.signed(k / 100.0).lightness();
            assertEquals(below, above, 9, "at " + k + " %");
        }
        assertEquals(Palette.signed(1), Palette.signed(7));
    }

    @Test
    void coloursOfDepth_becomeLighter() {
        double before = -1;
        for (int k = 0; k < 20; k++) {
            double now = Palette.depth(k, 20).lightness();
            assertTrue(now > before, "layer " + k);
            before = now;
        }
        assertTrue(before < 82, "the last shows on white: " + before);
        assertEquals(Palette.depth(0, 1), Palette.depth(0, 2));
    }

    @Test
    void series_differInColourAndDashes_andLaterOnesInBothTogether() {
        Set<String> seen = new HashSet<>();
        Set<String> dashes = new HashSet<>();
        for (int i = 0; i < 5 * Palette.distinct(); i++) {
            assertTrue(seen.add(Palette.series(i) + Arrays.toString(Palette.dashes(i))), "series " + i);
            assertTrue(Palette.series(i).lightness() < 78, "series " + i + " shows on white");
        }
        for (int i = 0; i < Palette.distinct(); i++) {
            assertTrue(dashes.add(Arrays.toString(Palette.dashes(i))), "series " + i + " in grey");
        }
    }

    @Test
    void lightness_isThatOfCie() {
        assertEquals(100, Colour.WHITE.lightness(), 1e-9);
        assertEquals(0, Colour.BLACK.lightness(), 1e-9);
        // sRGB 0x777777 is the middle grey
        assertEquals(50, new Colour(0x777777).lightness(), 0.2);
    }
}
