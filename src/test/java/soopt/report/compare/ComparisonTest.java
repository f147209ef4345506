package soopt.report.compare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.experiment.InMemory;
import soopt.experiment.results.Ranking;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Results;
import soopt.experiment.results.Standing;
import soopt.file.CsvTable;
import soopt.random.RandomStreams;
import soopt.report.compare.Entry.Fate;
import soopt.report.compare.Pair.Verdict;
import soopt.report.read.Axis;
import soopt.report.table.Rounded;
import soopt.report.table.Spread;

class ComparisonTest {
    private static final Question USUAL = new Question(
            "train_loss",
            false,
            Ranking.Moment.best,
            Optional.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            Optional.empty(),
            Question.PROBLEM,
            Optional.empty(),
            false);

    @TempDir(factory = InMemory.class)
    Path folder;

    private ComparedRuns runs;

    @BeforeEach
    void experiment() {
        runs = new ComparedRuns(folder.resolve("e"));
    }

    private Comparison compared(Question question) {
        return Comparison.of(Results.runs(folder.resolve("e")).toList(), question);
    }

    private Contest contest(Question question) {
        return compared(question).contests().get(0);
    }

    private static Question budget(Axis axis) {
        return new Question(
                "train_loss",
                false,
                Ranking.Moment.best,
                Optional.of(axis),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                Question.PROBLEM,
                Optional.empty(),
                false);
    }

    private static List<Double> losses(int seeds, IntFunction<Double> loss) {
        return IntStream.range(0, seeds).mapToObj(loss).toList();
    }

    private static String labels(Contest contest) {
        return contest.contenders().stream().map(Contender::label).collect(Collectors.joining(", "));
    }

    private static String notes(Comparison comparison) {
        return Sheets.of(comparison).stream()
                .flatMap(sheet -> sheet.notes().stream())
                .collect(Collectors.joining("\n"));
    }

    // ---- verdicts ----

    @Test
    void threeSeeds_cannotShowWhateverDifference() {
        runs.seeds("adam}", List.of(0.1, 0.11, 0.12));
        runs.seeds("sgd}", List.of(0.8, 0.81, 0.82));
        Pair pair = contest(USUAL).pairs().get(0);

        assertEquals(Verdict.TOO_FEW, pair.verdict());
        assertEquals(0.25, pair.adjusted());
        assertEquals("undecided: 3 seeds cannot show a difference at 5 %; at least 6 are needed", pair.words());
        assertEquals(Optional.empty(), pair.evidence().interval());
    }

    @Test
    void sixSeeds_showWhatHoldsInAll() {
        runs.seeds("adam}", losses(6, i -> 0.1 + 0.01 * i));
        runs.seeds("sgd}", losses(6, i -> 0.3 + 0.02 * i));
        Pair pair = contest(USUAL).pairs().get(0);

        assertEquals(Verdict.BETTER, pair.verdict());
        assertEquals("adam is better", pair.words());
        assertEquals(0.03125, pair.adjusted(), 1e-15);
        assertEquals(-0.225, pair.evidence().difference(), 1e-12);
        assertTrue(pair.evidence().interval().orElseThrow().high() < 0);
    }

    @Test
    void amongThreeComparisons_sixSeedsAreTooFew() {
        runs.seeds("adam}", losses(6, i -> 0.1 + 0.01 * i));
        runs.seeds("sgd}", losses(6, i -> 0.3 + 0.02 * i));
        runs.seeds("k-fac}", losses(6, i -> 0.7 + 0.03 * i));
        Contest contest = contest(USUAL);

        assertEquals("adam, sgd, k-fac", labels(contest));
        assertEquals(3, contest.pairs().size());
        for (Pair pair : contest.pairs()) {
            assertEquals(
                    "undecided: 6 seeds cannot show a difference at 5 % among 3 comparisons; at least 7 are needed",
                    pair.words());
        }
    }

    @Test
    void aBaseline_makesFewerComparisons() {
        runs.seeds("adam}", losses(7, i -> 0.1 + 0.01 * i));
        runs.seeds("sgd}", losses(7, i -> 0.3 + 0.02 * i));
        runs.seeds("k-fac}", losses(7, i -> 0.7 + 0.03 * i));
        Contest contest = contest(new Question(
                "train_loss",
                false,
                Ranking.Moment.last,
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                Question.PROBLEM,
                Optional.of("sgd"),
                false));

        assertEquals(
                List.of("adam is better", "sgd is better"),
                contest.pairs().stream().map(Pair::words).toList());
        assertEquals(2, contest.family());
    }

    @Test
    void equalValues_areCalledEqual() {
        runs.seeds("adam}", List.of(0.5, 0.5));
        runs.seeds("sgd}", List.of(0.5, 0.5));
        assertEquals(Verdict.EQUAL, contest(USUAL).pairs().get(0).verdict());
    }

    @Test
    void whatDiverged_isWorstInTheTestAndInNoMean() {
        runs.seeds("adam}", losses(7, i -> 0.1 + 0.01 * i));
        for (int seed = 1; seed <= 7; seed++) {
            runs.add("sgd}", seed, seed < 6 ? "DIVERGED" : "COMPLETED", 1, seed < 6 ? 1e-9 : 0.01);
        }
        Contest contest = contest(USUAL);
        Pair pair = contest.pairs().get(0);

        assertEquals("adam, sgd", labels(contest));
        assertEquals(5, pair.evidence().better());
        assertEquals(2, pair.evidence().worse());
        // the mean of the two that did not diverge
        assertEquals(0.155 - 0.01, pair.evidence().difference(), 1e-12);
        // ranks 1 and 2 against five that share rank 5: four of 2^7 choices of signs have W ≤ 3
        assertEquals(2 * 4 / 128.0, pair.adjusted(), 1e-15);
        assertTrue(notes(compared(USUAL)).contains("sgd 2 of 7: 5 diverged"), notes(compared(USUAL)));
        double[] values = contest.contenders().get(1).values(contest.judge(USUAL));
        assertArrayEquals(new double[] {0.01, 0.01}, values);
    }

    @Test
    void otherSeeds_areComparedAsIndependentGroups() {
        for (int seed = 1; seed <= 4; seed++) {
            runs.add("adam}", seed, "COMPLETED", 1, 0.1 * seed);
            runs.add("sgd}", 10 + seed, "COMPLETED", 1, 0.5 + 0.1 * seed);
        }
        Pair pair = contest(USUAL).pairs().get(0);

        assertEquals(false, pair.evidence().paired());
        assertEquals(2 / 70.0, pair.adjusted(), 1e-15);
        assertEquals(Verdict.BETTER, pair.verdict());
        assertTrue(notes(compared(USUAL)).contains("seeds are not the same"));
    }

    @Test
    void groupsWithoutAValue_makeNoComparison() {
        runs.seeds("adam}", losses(6, i -> 0.1 + 0.01 * i));
        runs.seeds("sgd}", losses(6, i -> 0.3 + 0.02 * i));
        runs.add("k-fac}", 1, "FAILED", 1, 0.001);
        Contest contest = contest(USUAL);
        assertEquals(3, contest.contenders().size());
        assertEquals(1, contest.family());
        assertEquals(
                List.of("adam is better"),
                contest.pairs().stream().map(Pair::words).toList());
    }

    @Test
    void seedsThatOneHasMore_areNotCompared() {
        runs.seeds("adam}", List.of(0.1, 0.2, 0.3));
        runs.seeds("sgd}", List.of(0.2, 0.3));
        Pair pair = contest(USUAL).pairs().get(0);

        assertTrue(pair.evidence().paired());
        assertEquals(2, pair.evidence().runs());
        assertEquals(2, pair.evidence().otherRuns());
        assertEquals(-0.1, pair.evidence().difference(), 1e-12);
    }

    @Test
    void accuracies_areBetterWhenLarge() {
        runs.seeds("adam}", losses(6, i -> 0.1 + 0.01 * i));
        runs.seeds("sgd}", losses(6, i -> 0.3 + 0.02 * i));
        Question question = new Question(
                "test_acc",
                true,
                Ranking.Moment.best,
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                Question.PROBLEM,
                Optional.empty(),
                false);
        Contest contest = contest(question);
        assertEquals("adam is better", contest.pairs().get(0).words());
        // what more than half of the runs of sgd reach
        assertEquals(1 - 0.36, contest.target(), 1e-12);
    }

    /**
     * Three groups of one distribution, with heavy tails, runs of a seed alike and every tenth diverged: that any pair
     * is called different may happen in 5 of 100. Of 200 more than 5 % + 2.5 σ, 18, come once in 160 times.
     */
    @Test
    void groupsThatDoNotDiffer_areSeldomCalledDifferent() {
        RandomGenerator random = RandomStreams.of(3, "test.null", 0);
        int claims = 0;
        for (int trial = 0; trial < 200; trial++) {
            double[] shared = random.doubles(8).toArray();
            List<Contender> groups = new ArrayList<>();
            for (String name : List.of("a", "b", "c")) {
                groups.add(group(
                        name, 8, seed -> shared[seed] + Math.tan(3 * (random.nextDouble() - 0.5)), 0.1, random));
            }
            boolean claimed = Contest.pairs(groups, curve -> curve.best(USUAL), USUAL).stream()
                    .anyMatch(pair -> pair.verdict() == Verdict.BETTER || pair.verdict() == Verdict.WORSE);
            claims += claimed ? 1 : 0;
        }
        assertTrue(claims <= 18, claims + " of 200");
        assertTrue(claims >= 1, "a test that never claims cannot err: " + claims);
    }

    @Test
    void groupsThatDiffer_areMostlyCalledDifferent() {
        RandomGenerator random = RandomStreams.of(4, "test.power", 0);
        int claims = 0;
        for (int trial = 0; trial < 50; trial++) {
            List<Contender> groups = List.of(
                    group("a", 8, seed -> random.nextGaussian(), 0, random),
                    group("b", 8, seed -> 4 + random.nextGaussian(), 0, random));
            Pair pair = Contest.pairs(groups, curve -> curve.best(USUAL), USUAL).get(0);
            claims += pair.verdict() == Verdict.BETTER ? 1 : 0;
        }
        assertTrue(claims >= 35, claims + " of 50");
    }

    private static Contender group(
            String name, int seeds, IntFunction<Double> value, double diverged, RandomGenerator random) {
        List<Entry> entries = new ArrayList<>();
        for (int seed = 0; seed < seeds; seed++) {
            ResultRun run = new ResultRun(
                    "e",
                    Path.of(name + seed),
                    Standing.COMPLETED,
                    "",
                    Optional.empty(),
                    Map.of("seeds", "[" + seed + "]", "optimizer.type", name),
                    CsvTable.NONE,
                    List.of());
            Fate fate = random.nextDouble() < diverged ? Fate.DIVERGED : Fate.COUNTED;
            Curve curve = new Curve(new double[] {value.apply(seed)}, Map.of());
            entries.add(new Entry(run, fate, curve, "", Optional.empty()));
        }
        return Contender.of(name, entries);
    }

    // ---- what is measured ----

    @Test
    void unfinishedAndRepeatedRuns_areCountedAndSaid() {
        runs.add("adam}", 1, "COMPLETED", 1, 0.5);
        runs.add("adam}", 1, "COMPLETED", 1, 0.1);
        runs.add("adam}", 2, "FAILED", 1, 0.1);
        runs.add("adam}", 3, "COMPLETED", Double.NaN);
        Contest contest = contest(USUAL);
        Contender adam = contest.contenders().stream()
                .filter(each -> each.entries().size() > 1)
                .findFirst()
                .orElseThrow();
        assertEquals(1, adam.count(Fate.COUNTED));
        assertEquals(1, adam.count(Fate.REPEATED));
        assertEquals(1, adam.count(Fate.UNFINISHED));
        assertEquals("1 of 3: 1 FAILED, 1 of a seed again", adam.words());
        String notes = notes(compared(USUAL));
        assertTrue(notes.contains("--unfinished counts runs"), notes);
        assertTrue(notes.contains("1 without the metric"), notes);
    }

    /** A run that is evaluated at its end alone has no course. */
    @Test
    void valueFarFromAnyRow_isSaidToBeALine() {
        runs.add("adam}", 1, "COMPLETED", 1, Double.NaN, Double.NaN, Double.NaN, 0.2);
        runs.add("sgd}", 1, "COMPLETED", 1, 0.9, 0.8, 0.7);
        String notes = notes(compared(USUAL));
        assertTrue(notes.contains("1 run has no train_loss near epoch 3: what stands there is a line across"), notes);
        runs.add("adam}", 2, "COMPLETED", 1, Double.NaN, 0.3, Double.NaN, 0.2);
        runs.add("sgd}", 2, "COMPLETED", 1, 0.9, 0.8, 0.7);
        assertTrue(notes(compared(USUAL)).contains("1 run has no train_loss near"), "the second was seen half-way");
    }

    @Test
    void targets_areReachedAtTheFirstRowThatIsAsGood() {
        runs.add("adam}", 1, "COMPLETED", 1, 0.8, 0.6, 0.7, 0.2);
        runs.add("sgd}", 1, "COMPLETED", 1, 0.9, 0.8, 0.7, 0.6);
        Contest contest = contest(USUAL);
        assertEquals(0.6, contest.target());
        assertEquals("sgd", contest.targetOf());
        assertArrayEquals(
                new double[] {20}, contest.reached(contest.contenders().get(0), Axis.STEP, USUAL));
        assertArrayEquals(
                new double[] {80}, contest.reached(contest.contenders().get(1), Axis.COST, USUAL));
        assertArrayEquals(
                new double[] {12}, contest.reached(contest.contenders().get(1), Axis.TIME, USUAL));
    }

    @Test
    void groupThatLearnsNothing_setsNoTarget() {
        runs.add("adam}", 1, "COMPLETED", 1, 0.8, 0.6, 0.7, 0.2);
        runs.add("sgd}", 1, "COMPLETED", 1, 0.9, 0.8, 0.7, 0.6);
        runs.add("muon}", 1, "COMPLETED", 1, 1.1, 1.2, 1.1, 1.3);
        Contest contest = contest(USUAL);
        assertEquals(0.6, contest.target());
        assertEquals("sgd", contest.targetOf());
        assertArrayEquals(
                new double[] {Double.POSITIVE_INFINITY},
                contest.reached(contest.contenders().get(2), Axis.STEP, USUAL));
    }

    @Test
    void ofGroupsThatLearnNothing_theWorstSetsTheTarget() {
        runs.add("adam}", 1, "COMPLETED", 1, 1.2);
        runs.add("sgd}", 1, "COMPLETED", 2, 2.1);
        assertEquals(2, contest(USUAL).target());
    }

    @Test
    void equalBudgets_areInterpolatedBetweenRows() {
        runs.add("adam}", 1, "COMPLETED", 1, 0.8, 0.6);
        runs.add("sgd}", 1, "COMPLETED", 1, 0.9, 0.8, 0.7);
        Contest contest = contest(budget(Axis.COST));
        assertEquals(40, contest.spent().get(Axis.COST));
        Curve sgd = contest.contenders().get(1).entries().get(0).curve();
        assertEquals(0.8, contest.judge(budget(Axis.COST)).applyAsDouble(sgd), 1e-15);
        assertEquals(0.85, sgd.value(Axis.COST, 30), 1e-15);
        assertEquals(0.85, sgd.value(Axis.TIME, 4.5), 1e-15);
        assertTrue(Double.isNaN(sgd.value(Axis.COST, 61)));
        assertEquals(-0.2, contest.pairs().get(0).evidence().difference(), 1e-15);
    }

    @Test
    void whatDiffersBesideTheOptimizer_isListed() {
        runs.add("adam}\nprecision: float32", 1, "COMPLETED", 1, 0.5);
        runs.add("sgd}\nprecision: float64", 1, "COMPLETED", 1, 0.6);
        assertEquals(
                List.of("precision float32 and float64"),
                contest(USUAL).pairs().get(0).apart());
        String notes = notes(compared(USUAL));
        assertTrue(notes.contains("differ in more than the optimizer: precision (float32: adam; float64: sgd)"), notes);
    }

    @Test
    void ofEachOptimizer_theBestConfigurationIsChosenAndThatIsSaid() {
        runs.seeds("adam, step-size: 0.1}", List.of(0.3, 0.3));
        runs.seeds("adam, step-size: 0.2}", List.of(0.2, 0.2));
        runs.seeds("sgd, step-size: 0.1}", List.of(0.5, 0.5));
        runs.add("sgd, step-size: 0.2}", 1, "COMPLETED", 1, 0.1);
        Comparison comparison = compared(USUAL.by("optimizer.type"));
        assertEquals("adam, sgd", labels(comparison.contests().get(0)));
        String notes = notes(comparison);
        assertTrue(notes.contains("adam is 'adam, step-size 0.2', the best of 2 configurations"), notes);
        assertTrue(
                notes.contains("sgd is 'sgd, step-size 0.1', of 2 configurations the one with the most seeds"), notes);
    }

    /** Costs 40, 20 on lenet; 20, 40 on vgg; never, 20 on mlp, whose target is sgd's. */
    @Test
    void profiles_areThoseOfTheirDefinition() {
        runs.add("lenet", "adam}", 1, "COMPLETED", 1, 0.9, 0.5);
        runs.add("lenet", "sgd}", 1, "COMPLETED", 1, 0.5, 0.5);
        runs.add("vgg", "adam}", 1, "COMPLETED", 1, 0.5, 0.5);
        runs.add("vgg", "sgd}", 1, "COMPLETED", 1, 0.9, 0.5);
        runs.add("mlp", "adam}", 1, "DIVERGED", 1, 0.9);
        runs.add("mlp", "sgd}", 1, "COMPLETED", 1, 0.5, 0.6);
        Comparison comparison = compared(USUAL);
        Profile profile = comparison.profile().orElseThrow();

        int adam = profile.solvers().indexOf("adam");
        int sgd = profile.solvers().indexOf("sgd");
        assertEquals(3, profile.problems().size());
        assertEquals(1 / 3.0, profile.share(adam, 1), 1e-15);
        assertEquals(2 / 3.0, profile.share(adam, 2), 1e-15);
        assertEquals(2 / 3.0, profile.share(adam, 1e9), 1e-15);
        assertEquals(2 / 3.0, profile.share(sgd, 1.99), 1e-15);
        assertEquals(1, profile.share(sgd, 2), 1e-15);
        assertArrayEquals(new double[] {1, 2}, profile.steps());
    }

    @Test
    void unknownBaseline_namesNearest() {
        runs.seeds("adam}", List.of(0.1));
        runs.seeds("sgd}", List.of(0.1));
        Question question = new Question(
                "train_loss",
                false,
                Ranking.Moment.best,
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                Question.PROBLEM,
                Optional.of("adm"),
                false);
        String message = assertThrows(IllegalArgumentException.class, () -> compared(question))
                .getMessage();
        assertTrue(message.contains("did you mean 'adam'?"), message);
    }

    // ---- digits ----

    @Test
    void numbers_haveTheDigitsThatMeanSomething() {
        assertEquals(
                "0.512 ± 0.070",
                Rounded.spread(Spread.of(0.44178, 0.58178, 0.512)).replace("0.5118", "0.512"));
        assertEquals("12350", Rounded.number(12345.6, 300));
        assertEquals("0.00123456", Rounded.number(0.00123456, 1e-9));
        assertEquals("1.23e-7", Rounded.number(1.2345e-7));
        assertEquals("1.23e-7", Rounded.number(1.2345e-7, 3e-8));
        assertEquals("[-0.22, 0.13]", Rounded.interval(-0.2171, 0.1263));
        assertEquals("0.031", Rounded.probability(0.03125));
        assertEquals("< 0.0001", Rounded.probability(1e-9));
        assertEquals("-", Rounded.number(Double.NaN));
        assertEquals("0.5 ± 0", Rounded.spread(Spread.of(0.5, 0.5)).replace("0.500", "0.5"));
        double[] none = new double[0];
        assertEquals("-", Rounded.spread(Spread.of(Arrays.copyOf(none, 0))));
    }
}
