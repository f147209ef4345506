package soopt.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.data.examples.Augmentation;
import soopt.data.examples.Data;
import soopt.data.fetch.CifarSheets;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.DatasetFile;
import soopt.data.fetch.DatasetFiles;
import soopt.data.fetch.FetchProgress;
import soopt.data.fetch.Source;
import soopt.data.format.CifarRecords;

/** On synthetic files in the two formats, of three records each. */
class Cifar10Test {
    private static final int RECORDS = 3;
    private static final List<String> NAMES = List.of(
            "data_batch_1.bin",
            "data_batch_2.bin",
            "data_batch_3.bin",
            "data_batch_4.bin",
            "data_batch_5.bin",
            "test_batch.bin");

    @TempDir
    private Path directory;

    /** Byte b of record i of file k: its label, or a pixel. */
    private static byte content(int k, int i, int b) {
        return (byte) (b == 0 ? (3 * k + i) % 10 : 31 * k + 17 * i + 7 * b + b / 1024);
    }

    private static byte[] file(int k, int recordLength) {
        byte[] file = new byte[RECORDS * recordLength];
        for (int j = 0; j < file.length; j++) {
            file[j] = content(k, j / recordLength, j % recordLength);
        }
        return file;
    }

    private static DatasetFiles files(List<byte[]> contents) {
        List<DatasetFile> files = new ArrayList<>();
        for (int k = 0; k < contents.size(); k++) {
            byte[] content = contents.get(k);
            files.add(new DatasetFile(NAMES.get(k), content.length, DatasetFile.sha256(content)));
        }
        return new DatasetFiles("tiny", "", "", "", files, List.of(Source.web("http://localhost/")));
    }

    /** Writes six files and tells their checksums. */
    private DatasetFiles sixFiles() throws IOException {
        List<byte[]> contents = new ArrayList<>();
        for (int k = 0; k < NAMES.size(); k++) {
            contents.add(file(k, CifarRecords.LENGTH));
            Files.write(directory.resolve(NAMES.get(k)), contents.get(k));
        }
        return files(contents);
    }

    private Data load(DatasetFiles files, int limit) {
        return new Cifar10(1, limit, Augmentation.NONE).load(files, directory);
    }

    @Test
    void records_areLabelThenRedGreenBlue_normalizedByChannel() throws IOException {
        Data data = load(sixFiles(), 0);
        assertEquals(15, data.train().size());
        assertEquals(3, data.test().size());
        assertArrayEquals(new int[] {3, 32, 32}, data.featureShape());
        assertEquals(10, data.outputs());
        assertTrue(data.classification());
        double[] labels = new double[2];
        data.train().targets(new int[] {14, 3}, 0, 2, labels);
        assertArrayEquals(new double[] {content(4, 2, 0), content(1, 0, 0)}, labels);
        data.test().targets(new int[] {0, 1}, 0, 2, labels);
        assertArrayEquals(new double[] {5, 6}, labels);
        double[] mean = {0.4914, 0.4822, 0.4465};
        double[] deviation = {0.2470, 0.2435, 0.2616};
        double[] out = new double[3072];
        data.train().inputs(new int[] {7}, 0, 1, out);
        for (int j = 0; j < 3072; j++) {
            int p = content(2, 1, 1 + j) & 0xff;
            assertEquals((p / 255.0 - mean[j / 1024]) / deviation[j / 1024], out[j], 1e-14);
        }
    }

    @Test
    void limit_takesTheFirstImages_andReadsNoFileThatItDoesNotNeed() throws IOException {
        DatasetFiles files = sixFiles();
        Files.delete(directory.resolve("data_batch_3.bin"));
        Data data = load(files, 4);
        assertEquals(4, data.train().size());
        assertEquals(3, data.test().size());
        double[] labels = new double[4];
        data.train().targets(new int[] {0, 1, 2, 3}, 0, 4, labels);
        assertArrayEquals(new double[] {0, 1, 2, 3}, labels);
        refuses(files, 7, directory.resolve("data_batch_3.bin") + " is missing; run 'soopt datasets fetch tiny'");
    }

    private void refuses(DatasetFiles files, int limit, String what) {
        DatasetException e = assertThrows(DatasetException.class, () -> load(files, limit));
        assertTrue(e.getMessage().startsWith(what), e.getMessage());
    }

    @Test
    void truncatedFile_andWrongChecksum_areNamed() throws IOException {
        DatasetFiles files = sixFiles();
        Path second = directory.resolve("data_batch_2.bin");
        byte[] whole = Files.readAllBytes(second);
        Files.write(second, Arrays.copyOf(whole, 9000));
        refuses(files, 0, second + " is truncated: 9000 of 9219 bytes; run 'soopt datasets fetch tiny'");
        whole[4000] ^= 1;
        Files.write(second, whole);
        refuses(files, 0, second + " has SHA-256 " + DatasetFile.sha256(whole) + ", not ");
    }

    @Test
    void badLabel_andPartialRecord_areNamed() throws IOException {
        sixFiles();
        byte[] bad = file(0, CifarRecords.LENGTH);
        bad[CifarRecords.LENGTH] = 10;
        Files.write(directory.resolve(NAMES.get(0)), bad);
        DatasetFiles one = files(List.of(bad));
        message(one, "data_batch_1.bin has label 10 in record 1, but labels are 0…9; fetch or import it anew");
        byte[] partial = Arrays.copyOf(file(0, CifarRecords.LENGTH), 3074);
        Files.write(directory.resolve(NAMES.get(0)), partial);
        message(files(List.of(partial)), "data_batch_1.bin has 3074 bytes, no multiple of 3073, a record's length; ");
    }

    private void message(DatasetFiles files, String what) {
        DatasetException e = assertThrows(
                DatasetException.class, () -> CifarRecords.read(files, files.files(), directory, 0, Augmentation.NONE));
        assertTrue(e.getMessage().startsWith(what), e.getMessage());
    }

    @Test
    void validationMustLeaveTrainingImages_knownBeforeAnyFileIsRead() {
        assertThrows(IllegalArgumentException.class, () -> new Cifar10(50000, 0, Augmentation.NONE));
        assertThrows(IllegalArgumentException.class, () -> new Cifar10(0, 50001, Augmentation.NONE));
        assertThrows(IllegalArgumentException.class, () -> new Cifar10(100, 100, Augmentation.NONE));
    }

    @Test
    void publishedFiles_haveTenThousandRecordsEach() {
        assertEquals(
                NAMES, Cifar10.FILES.files().stream().map(DatasetFile::name).toList());
        assertTrue(Cifar10.FILES.files().stream().allMatch(file -> file.bytes() == 30_730_000));
    }

    // ---- PNG sheets ----

    /** Sheets of three images of four pixels, which hold the same as the files. */
    private List<DatasetFile> sheets() throws IOException {
        StringBuilder training = new StringBuilder("[ ");
        List<DatasetFile> wanted = new ArrayList<>();
        for (int k = 0; k < NAMES.size(); k++) {
            BufferedImage sheet = new BufferedImage(4, RECORDS, BufferedImage.TYPE_INT_RGB);
            for (int i = 0; i < RECORDS; i++) {
                for (int p = 0; p < 4; p++) {
                    int red = content(k, i, 1 + p) & 0xff;
                    int green = content(k, i, 5 + p) & 0xff;
                    int blue = content(k, i, 9 + p) & 0xff;
                    sheet.setRGB(p, i, red << 16 | green << 8 | blue);
                }
            }
            String name = NAMES.get(k).replace(".bin", ".png");
            assertTrue(ImageIO.write(sheet, "png", directory.resolve(name).toFile()));
            for (int i = 0; k < 5 && i < RECORDS; i++) {
                training.append(k + i == 0 ? "" : ",").append(content(k, i, 0));
            }
            byte[] content = file(k, 13);
            wanted.add(new DatasetFile(NAMES.get(k), content.length, DatasetFile.sha256(content)));
        }
        Files.writeString(directory.resolve("train_lables.json"), training + "]\n");
        Files.writeString(directory.resolve("test_lables.json"), "[5,6,7]");
        return wanted;
    }

    @Test
    void sheets_areDecodedToTheBytesOfTheBinaryFiles() throws IOException {
        CifarSheets.decode(sheets(), directory, FetchProgress.SILENT);
        for (int k = 0; k < NAMES.size(); k++) {
            assertArrayEquals(file(k, 13), Files.readAllBytes(directory.resolve(NAMES.get(k))), NAMES.get(k));
        }
    }

    @Test
    void sheetsThatAreDamaged_areNamed() throws IOException {
        List<DatasetFile> wanted = sheets();
        Path first = directory.resolve("data_batch_1.png");
        byte[] sheet = Files.readAllBytes(first);
        ImageIO.write(new BufferedImage(4, 3, BufferedImage.TYPE_BYTE_GRAY), "png", first.toFile());
        undecodable(wanted, "data_batch_1.png is not of three channels of bytes");
        Files.writeString(first, "<html>");
        undecodable(wanted, "data_batch_1.png is not a PNG file");
        Files.write(first, sheet);
        Files.writeString(directory.resolve("train_lables.json"), "[0,1,2,3,4]");
        undecodable(wanted, "there are 5 labels, too few for data_batch_2.png of 3");
        Files.writeString(directory.resolve("train_lables.json"), "[0,1,12]");
        undecodable(wanted, "train_lables.json is not a list of digits");
        byte[] large = sheet.clone();
        large[18] = 0x7f; // width 32,516
        Files.write(first, large);
        undecodable(
                wanted,
                "data_batch_1.png has 3 images of 32516 pixels, which are not the 39 bytes of data_batch_1.bin");
        Files.write(first, Arrays.copyOf(sheet, sheet.length / 2));
        assertThrows(IOException.class, () -> CifarSheets.decode(wanted, directory, FetchProgress.SILENT));
    }

    private void undecodable(List<DatasetFile> wanted, String what) {
        IOException e =
                assertThrows(IOException.class, () -> CifarSheets.decode(wanted, directory, FetchProgress.SILENT));
        assertEquals(what, e.getMessage());
    }
}
