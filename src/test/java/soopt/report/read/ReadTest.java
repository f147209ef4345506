package soopt.report.read;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.experiment.folder.RunDirectoryException;
import soopt.experiment.results.ResultRun;
import soopt.file.CsvTable;
import soopt.report.SyntheticRuns;

/** What is read out of run folders for pictures and tables, also where files are torn or missing. */
class ReadTest {
    private static final double[] NONE = {};

    @TempDir
    private Path results;

    // ---- which runs ----

    @Test
    void words_nameExperimentsFoldersAndBeginningsOfIds() {
        SyntheticRuns runs = new SyntheticRuns(results);
        Path one = runs.run("a").write();
        runs.run("a").seed(2).write();
        runs.run("b").write();

        assertEquals(3, Selection.runs(results, List.of()).size());
        assertEquals(2, Selection.runs(results, List.of("a")).size());
        assertEquals(
                2,
                Selection.runs(results, List.of(results.resolve("a").toString()))
                        .size());
        assertEquals(List.of(one), folders(one.toString()));
        assertEquals(List.of(one), folders(one.getFileName().toString()));
        assertEquals(
                3,
                Selection.runs(results, List.of("a", one.toString(), "b", "a")).size());
    }

    private List<Path> folders(String word) {
        return Selection.runs(results, List.of(word)).stream()
                .map(ResultRun::folder)
                .toList();
    }

    @Test
    void aWordThatNamesNothing_isAnsweredByTheNearestOrTheChoices() throws IOException {
        new SyntheticRuns(results).run("quickstart").write();
        new SyntheticRuns(results).run("lenet").write();

        assertEquals(
                "there is no run or experiment 'quickstrt' in " + results + "; did you mean 'quickstart'?",
                failure("quickstrt"));
        assertEquals(
                "there is no run or experiment 'zzz' in " + results + "; experiments: lenet, quickstart",
                failure("zzz"));
        assertTrue(failure("feed").startsWith("2 runs begin with 'feed'"), failure("feed"));
        Path other = Files.createDirectories(results.resolve("other"));
        assertTrue(failure(other.toString()).contains("without the files of a run"), failure(other.toString()));
        Path none = results.resolve("none");
        String message = assertThrows(RunDirectoryException.class, () -> Selection.runs(none, List.of("quickstart")))
                .getMessage();
        assertTrue(message.contains("no results folder"), message);
    }

    private String failure(String word) {
        return assertThrows(RunDirectoryException.class, () -> Selection.runs(results, List.of(word)))
                .getMessage();
    }

    // ---- configurations ----

    @Test
    void runsThatDifferInSeedsAlone_areOneConfiguration_labelledByWhatTellsItApart() {
        SyntheticRuns runs = new SyntheticRuns(results);
        for (String stepSize : List.of("0.1", "0.3")) {
            for (int seed = 1; seed <= 3; seed++) {
                runs.run("grid").optimizer("step-size", stepSize).seed(seed).write();
            }
        }
        List<Configuration> configurations = Configuration.of(Selection.runs(results, List.of("grid")));

        assertEquals(
                List.of("step-size 0.1", "step-size 0.3"),
                configurations.stream().map(Configuration::label).toList());
        assertEquals(
                List.of(3, 3),
                configurations.stream().map(each -> each.runs().size()).toList());
        assertEquals("0.3", configurations.get(1).settings().get("optimizer.step-size"));
    }

    @Test
    void aLabel_leavesOutWhatAnotherKeyTells_andSettingsKeepIt() {
        SyntheticRuns runs = new SyntheticRuns(results);
        runs.run("kinds").optimizer("type", "adam").optimizer("beta1", 0.9).write();
        runs.run("kinds").optimizer("type", "sgd").optimizer("momentum", 0.5).write();
        List<Configuration> configurations = Configuration.of(Selection.runs(results, List.of("kinds")));

        assertEquals(
                List.of("adam", "sgd"),
                configurations.stream().map(Configuration::label).toList());
        assertEquals(3, configurations.get(0).settings().size());
        assertEquals("", configurations.get(0).settings().get("optimizer.momentum"));
    }

    @Test
    void labelsOfSeveralExperiments_beginWithTheirNames() {
        SyntheticRuns runs = new SyntheticRuns(results);
        runs.run("one").write();
        runs.run("two").optimizer("momentum", 0.5).write();
        runs.run("two").optimizer("momentum", 0.9).write();

        assertEquals(
                List.of("one", "two, momentum 0.5", "two, momentum 0.9"),
                Configuration.of(Selection.runs(results, List.of())).stream()
                        .map(Configuration::label)
                        .toList());
        assertEquals(
                "one",
                Configuration.of(Selection.runs(results, List.of("one"))).get(0).label());
    }

    // ---- curves ----

    @Test
    void axes_areColumnsOfMetrics_andTimeIsThatOfSteps() {
        Path run = new SyntheticRuns(results).run("a").epochs(2).write();
        CsvTable metrics = CsvTable.read(run.resolve("metrics.csv"));

        assertArrayEquals(new double[] {0, 1, 2}, Axis.EPOCH.of(metrics));
        assertArrayEquals(new double[] {0, 10, 20}, Axis.STEP.of(metrics));
        assertArrayEquals(new double[] {0, 40, 80}, Axis.SAMPLES.of(metrics));
        assertArrayEquals(new double[] {0, 15, 30}, Axis.COST.of(metrics));
        assertArrayEquals(new double[] {0, 1.51, 3.02}, Axis.TIME.of(metrics), 1e-12);
    }

    @Test
    void rowsWithinAnEpoch_lieBetweenEpochs() throws IOException {
        Path file = Files.writeString(results.resolve("m.csv"), "epoch,step\n0,0\n0,5\n1,10\n1,15\n2,20\n");
        assertArrayEquals(new double[] {0, 0.5, 1, 1.5, 2}, Axis.EPOCH.of(CsvTable.read(file)));
        Path beginning = Files.writeString(results.resolve("b.csv"), "epoch,step\n0,0\n0,5\n");
        assertArrayEquals(new double[] {0, 0}, Axis.EPOCH.of(CsvTable.read(beginning)));
    }

    @Test
    void aSeries_leavesOutNaN_andIsEmptyOfAColumnThatIsMissing() throws IOException {
        Path file = Files.writeString(results.resolve("m.csv"), "epoch,step,v\n0,0,NaN\n1,1,Inf\n2,2,-3.0\n3,3");
        CsvTable table = CsvTable.read(file);

        assertArrayEquals(
                new double[] {Double.POSITIVE_INFINITY, -3},
                Series.of(table, "v", Axis.STEP).y());
        assertTrue(Series.of(table, "w", Axis.STEP).isEmpty());
        assertTrue(Series.of(CsvTable.read(results.resolve("none.csv")), "v", Axis.TIME)
                .isEmpty());
    }

    @Test
    void columnsAlone_areThoseOfTheWholeFile() throws IOException {
        Path file = Files.writeString(results.resolve("t.csv"), "a,b,c\n1,x,3\n4,\"y,z\",6\n7,torn");
        CsvTable some = CsvTable.read(file, List.of("c", "b", "none"));

        assertEquals(List.of("b", "c"), some.columns());
        assertEquals(2, some.size());
        assertEquals("y,z", some.text(1, "b"));
        assertArrayEquals(new double[] {3, 6}, some.numbers("c"));
        assertEquals(0, CsvTable.read(file, List.of("none")).size());
        assertEquals(0, CsvTable.read(results.resolve("none"), List.of("c")).size());
    }

    // ---- bands ----

    private static Band band(Band.Middle middle, Band.Spread spread) {
        double[] x = {0, 1};
        return Band.of(
                List.of(
                        new Series(x, new double[] {1, 4}),
                        new Series(x, new double[] {2, 4}),
                        new Series(x, new double[] {6, 4})),
                middle,
                spread);
    }

    @Test
    void aBand_isItsMiddleAndWhatItsWordsSay() {
        Band range = band(Band.Middle.MEAN, Band.Spread.RANGE);
        assertArrayEquals(new double[] {3, 4}, range.middle());
        assertArrayEquals(new double[] {1, 4}, range.low());
        assertArrayEquals(new double[] {6, 4}, range.high());
        assertEquals("mean and min–max of 3 runs", range.words());

        Band quartiles = band(Band.Middle.MEDIAN, Band.Spread.QUARTILES);
        assertArrayEquals(new double[] {2, 4}, quartiles.middle());
        assertArrayEquals(new double[] {1.5, 4}, quartiles.low());
        assertArrayEquals(new double[] {4, 4}, quartiles.high());

        // deviations −2, −1, 3: their squares sum to 14
        assertEquals(3 + Math.sqrt(7), band(Band.Middle.MEAN, Band.Spread.SD).high()[0], 1e-12);
        assertEquals(
                3 - Math.sqrt(7.0 / 3), band(Band.Middle.MEAN, Band.Spread.SE).low()[0], 1e-12);
        assertEquals(
                "median of 3 runs", band(Band.Middle.MEDIAN, Band.Spread.NONE).words());
    }

    @Test
    void aBandOfOneRun_isTheRun() {
        Series run = new Series(new double[] {0, 1}, new double[] {3, 2});
        Band band = Band.of(List.of(run), Band.Middle.MEAN, Band.Spread.SD);

        assertArrayEquals(run.y(), band.middle());
        assertArrayEquals(run.y(), band.low());
        assertEquals("1 run", band.words());
    }

    @Test
    void runsThatDoNotShareTheirRows_areReadBetweenThem() {
        Series slow = new Series(new double[] {0, 2, 4}, new double[] {4, 2, 0});
        Series fast = new Series(new double[] {0, 1, 2}, new double[] {4, 3, 2});
        Band band = Band.of(List.of(slow, fast), Band.Middle.MEAN, Band.Spread.RANGE);

        assertEquals(200, band.size());
        for (int i = 0; i < band.size(); i++) {
            assertEquals(4 - band.x()[i], band.middle()[i], 1e-12);
            assertEquals(band.x()[i] <= 2 ? 2 : 1, band.runs()[i]);
        }
    }

    @Test
    void whereFewerThanHalfOfTheRunsAreLeft_thereIsNoBand() {
        Series whole = new Series(new double[] {0, 1, 2}, new double[] {1, 1, 1});
        Series killed = new Series(new double[] {0, 1}, new double[] {2, 2});
        Band band = Band.of(List.of(whole, killed, killed), Band.Middle.MEAN, Band.Spread.RANGE);

        assertArrayEquals(new double[] {0, 1}, band.x());
        assertEquals(0, Band.of(List.of(), Band.Middle.MEAN, Band.Spread.SD).size());
    }

    @Test
    void runsOfOtherSpeed_areJoinedAtTheirSteps() {
        double[] steps = {0, 10, 20};
        List<Series> losses = List.of(
                new Series(steps, new double[] {3, 2, 1}), new Series(new double[] {0, 10}, new double[] {5, 4}));
        List<Series> seconds = List.of(
                new Series(steps, new double[] {0, 1, 2}), new Series(new double[] {0, 10}, new double[] {0, 3}));
        Band band = Band.along(losses, seconds, Band.Middle.MEAN, Band.Spread.RANGE);

        // at step 20 the faster run is alone, no later than both were at step 10
        assertArrayEquals(new double[] {0, 2}, band.x());
        assertArrayEquals(new double[] {4, 3}, band.middle());
        assertArrayEquals(new double[] {5, 4}, band.high());
    }

    // ---- learning rates, matrices, refreshes ----

    @Test
    void rates_areThoseOfTheFile_byGroupWithLayerAndRole() {
        Path run = new SyntheticRuns(results).run("a").epochs(5).writeAll();
        List<Rates.Course> courses = Rates.of(run).courses();

        assertEquals(6, courses.size());
        assertEquals(new Group("fc1.bias", "bias", 1), courses.get(3).group());
        Series applied = courses.get(1).series(Rates.Kind.APPLIED);
        assertArrayEquals(new double[] {1, 11, 21, 31, 41}, applied.x());
        for (int epoch = 0; epoch < 5; epoch++) {
            assertEquals(0.1 * SyntheticRuns.Run.eta(1, epoch), applied.y()[epoch], 1e-12);
        }
        assertTrue(applied.y()[2] < 0);
    }

    @Test
    void layers_areToldByTheNamesOfTheirTensors() {
        assertEquals(
                List.of("weight 0", "weight 1", "bias 0", "bias 1", "mixed 2", "weight 3"),
                Group.of(List.of("a.weights", "b.weight[0][1]", "a.biases", "b.bias", "all", "weights")).stream()
                        .map(group -> group.role() + " " + group.layer())
                        .toList());
    }

    @Test
    void moments_haveTheMatricesThatWereWritten_alsoWithoutTheArchive() throws IOException {
        Path run = new SyntheticRuns(results).run("a").epochs(3).writeAll();
        Moment last = Moments.of(run).last().orElseThrow();

        assertEquals("e0003", last.name());
        assertEquals("epoch 3", last.words());
        assertEquals("fc2.bias", last.groups().get(5).name());
        double[][] expected = SyntheticRuns.Run.hessian(6, 3);
        assertArrayEquals(expected, last.matrix(Moment.Kind.HESSIAN).orElseThrow());
        Files.delete(run.resolve("matrices/matrices.npz"));
        assertArrayEquals(expected, last.matrix(Moment.Kind.HESSIAN).orElseThrow());
        assertTrue(last.matrix(Moment.Kind.REGULARIZED_INVERSE).isPresent());
        Files.delete(run.resolve("matrices/matrices.jsonl"));
        assertTrue(last.matrix(Moment.Kind.HESSIAN).isEmpty());
        assertTrue(Moments.of(run).isEmpty());
    }

    @Test
    void aTornMoment_doesNotCount() throws IOException {
        Path run = new SyntheticRuns(results).run("a").epochs(2).writeAll();
        Path index = run.resolve("matrices/matrices.jsonl");
        String text = Files.readString(index);
        Files.writeString(index, text.substring(0, text.length() - 20));

        assertEquals(2, Moments.of(run).all().size());
    }

    @Test
    void momentsThatAreAskedFor_comeOnceAndInOrder() {
        Path run = new SyntheticRuns(results).run("a").epochs(3).writeAll();
        Moments moments = Moments.of(run);

        assertEquals(
                List.of("first e0000", "best, 2 e0002", "last e0003"),
                moments.chosen(List.of("last", "best", "first", "2"), OptionalInt.of(2)).stream()
                        .map(each -> each.words() + " " + each.moment().name())
                        .toList());
        String message = assertThrows(
                        RunDirectoryException.class, () -> moments.chosen(List.of("7"), OptionalInt.empty()))
                .getMessage();
        assertEquals(
                "there are no matrices of '7'; known: first, best, last, an epoch, e0000, e0001, e0002, e0003",
                message);
    }

    @Test
    void refreshes_areReadPastTheirMatrices_andPastTornLines() throws IOException {
        Path run = new SyntheticRuns(results).run("a").epochs(3).writeAll();
        Path file = run.resolve("curvature.jsonl");
        Files.writeString(file, "{\"step\": 1\n" + Files.readString(file) + "{\"step\":99,\"g\":[1,");
        Refreshes refreshes = Refreshes.of(run, List.of("max_eigenvalue", "hbar_positive_definite", "none"));

        assertArrayEquals(new double[] {1, 11, 21}, refreshes.column("step"));
        assertTrue(refreshes.column("max_eigenvalue")[0] > 10);
        assertTrue(refreshes.series("none").isEmpty());
        assertEquals(3, refreshes.series("hbar_positive_definite").size());
    }

    @Test
    void aFolderWithoutThem_hasNoRatesMomentsAndRefreshes() {
        Path run = new SyntheticRuns(results).run("a").write();

        assertTrue(Rates.of(run).isEmpty());
        assertTrue(Moments.of(run).isEmpty());
        assertArrayEquals(NONE, Refreshes.of(run, List.of("condition")).column("condition"));
    }

    /** Who asks for the rates of steps must not get those that no step was made with. */
    @Test
    void ratesOfRecordedCurvature_areNoRatesOfSteps() throws IOException {
        Path run = new SyntheticRuns(results).run("descent").write();
        Files.createDirectories(run.resolve("matrices"));
        Files.writeString(
                run.resolve("matrices/groups.csv"),
                "step,epoch,group,role,eta\n0,0,a.weight,weight,0.5\n9,1,a.weight,weight,-2\n");

        assertTrue(Rates.of(run).isEmpty());
        Rates recorded = Rates.usedOrRecorded(run);
        assertTrue(recorded.recorded());
        assertArrayEquals(new double[] {1, 10}, recorded.courses().get(0).steps());
        assertArrayEquals(
                new double[] {0.5, -2}, recorded.courses().get(0).rates().get(Rates.Kind.RAW));
    }
}
