package soopt.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import soopt.backend.Backend;
import soopt.backend.Precision;
import soopt.backend.Tensor;
import soopt.backend.engine.Backends;
import soopt.random.RandomStreams;
import soopt.solver.Lanczos.Krylov;
import soopt.solver.Lanczos.Ritz;
import soopt.solver.Solve.Ending;
import soopt.solver.spectrum.Estimate;
import soopt.solver.spectrum.Probes;
import soopt.solver.spectrum.SpectralDensity;
import soopt.solver.spectrum.Trace;

/** {@link Lanczos}, {@link SpectralDensity}, {@link Trace} and the cubic subproblem in a Krylov space. */
final class LanczosTest {
    private Backend backend = Backends.cpu(Precision.FLOAT64, 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private void use(Precision precision) {
        backend.close();
        backend = Backends.cpu(precision, 1);
    }

    private Krylov run(Lanczos lanczos, double[][] a, double... start) {
        return lanczos.run(Dense.operator(backend, a), Dense.tensor(backend, start));
    }

    private SpectralDensity density(Lanczos lanczos, Operator a, int n, int vectors, RandomGenerator random) {
        return SpectralDensity.estimate(backend, List.of(lanczos), a, n, vectors, random, (space, krylov) -> {});
    }

    private double[] vector(Lanczos lanczos, double[] coordinates, int n) {
        try (Tensor out = backend.allocate(n)) {
            lanczos.combine(coordinates, out);
            return Dense.host(backend, out);
        }
    }

    private static double[] vector(Random random, int n) {
        return random.doubles(n, -1, 1).toArray();
    }

    @ParameterizedTest
    @CsvSource({"FLOAT64,1e-13", "FLOAT32,3e-6"})
    void allSteps_giveAllEigenvalues(Precision precision, double tolerance) {
        use(precision);
        Random random = new Random(1);
        double[] eigenvalues = random.doubles(30, -3, 5).sorted().toArray();
        double[][] a = Dense.withSpectrum(random, eigenvalues);
        try (Lanczos lanczos = new Lanczos(backend, 30, 100)) {
            Krylov krylov = run(lanczos, a, vector(random, 30));
            assertEquals(Ending.CONVERGED, krylov.solve().ending());
            assertEquals(30, krylov.solve().iterations());
            assertArrayEquals(eigenvalues, krylov.t().eigen().values(), 5 * tolerance);
        }
    }

    @ParameterizedTest
    @CsvSource({"FLOAT64,1e-13", "FLOAT32,1e-5"})
    void leadingPairs_areWithinTheirBounds(Precision precision, double tolerance) {
        use(precision);
        Random random = new Random(2);
        double[] eigenvalues = random.doubles(150, -1, 1).toArray();
        eigenvalues[0] = 40;
        eigenvalues[1] = -25;
        eigenvalues[2] = 12;
        eigenvalues[3] = 1.6;
        double[][] a = Dense.withSpectrum(random, eigenvalues);
        try (Lanczos lanczos = new Lanczos(backend, 150, 20)) {
            Krylov krylov = run(lanczos, a, vector(random, 150));
            assertEquals(Ending.LIMIT, krylov.solve().ending());
            List<Ritz> ritz = krylov.ritz();
            for (int i = 0; i < 20; i++) {
                double value = ritz.get(i).value();
                double nearest = Arrays.stream(eigenvalues)
                        .map(l -> Math.abs(l - value))
                        .min()
                        .orElseThrow();
                assertTrue(nearest <= ritz.get(i).bound() + 40 * tolerance, i + ": " + ritz.get(i));
                double[] x = vector(lanczos, ritz.get(i).coordinates(), 150);
                assertEquals(1, Dense.norm(x), tolerance);
                double[] rest = Dense.times(a, x);
                Dense.add(-value, x, rest);
                assertEquals(ritz.get(i).bound(), Dense.norm(rest), 40 * tolerance, "pair " + i);
            }
            assertEquals(40, ritz.get(0).value(), 40 * tolerance);
            assertEquals(-25, ritz.get(1).value(), 40 * tolerance);
            assertEquals(12, ritz.get(2).value(), 40 * tolerance);
            assertTrue(ritz.get(0).bound() < 1e-4 && ritz.get(10).bound() > 1e-3);
        }
    }

    /** Without orthogonalization an outlier appears again as soon as it has converged. */
    @ParameterizedTest
    @EnumSource(value = Precision.class, names = "FLOAT.*", mode = EnumSource.Mode.MATCH_ANY)
    void outlier_appearsOnce(Precision precision) {
        use(precision);
        Random random = new Random(3);
        double[] eigenvalues = random.doubles(100, 0, 1).toArray();
        eigenvalues[17] = 1e4;
        double[][] a = Dense.withSpectrum(random, eigenvalues);
        try (Lanczos lanczos = new Lanczos(backend, 100, 60)) {
            Krylov krylov = run(lanczos, a, vector(random, 100));
            double[] found = krylov.t().eigen().values();
            assertEquals(1, Arrays.stream(found).filter(x -> x > 1.1).count());
            double[][] basis = new double[60][];
            Arrays.setAll(basis, i -> {
                double[] unit = new double[60];
                unit[i] = 1;
                return vector(lanczos, unit, 100);
            });
            for (int i = 0; i < 60; i++) {
                for (int j = 0; j <= i; j++) {
                    assertEquals(
                            i == j ? 1 : 0,
                            Dense.dot(basis[i], basis[j]),
                            20 * backend.precision().unitRoundoff());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = "FLOAT.*", mode = EnumSource.Mode.MATCH_ANY)
    void invariantSpace_endsTheSteps(Precision precision) {
        use(precision);
        double[][] a = new double[40][40];
        for (int i = 0; i < 40; i++) {
            a[i][i] = i * i;
        }
        double[] start = new double[40];
        start[3] = 1;
        start[8] = 2;
        start[21] = -1;
        try (Lanczos lanczos = new Lanczos(backend, 40, 20)) {
            Krylov krylov = run(lanczos, a, start);
            assertEquals(Ending.CONVERGED, krylov.solve().ending());
            assertEquals(3, krylov.solve().iterations());
            assertEquals(0, krylov.beyond());
            double tolerance = 5000 * backend.precision().unitRoundoff();
            assertArrayEquals(new double[] {9, 64, 441}, krylov.t().eigen().values(), tolerance);
            assertEquals(Math.sqrt(6), krylov.start(), 1e-6);
        }
    }

    @Test
    void zeroMatrix_zeroStart_andNumbersThatAreNotFinite_areSaid() {
        try (Lanczos lanczos = new Lanczos(backend, 3, 3)) {
            Krylov zero = run(lanczos, new double[3][3], 1, 2, 3);
            assertEquals(new Solve(Ending.CONVERGED, 1, 0), zero.solve());
            assertEquals(0, zero.ritz().get(0).value());
            assertEquals(
                    Ending.ZERO, run(lanczos, new double[3][3], 0, 0, 0).solve().ending());
            assertEquals(
                    Ending.NOT_FINITE,
                    run(lanczos, new double[3][3], 0, Double.NaN, 0).solve().ending());
            double[][] bad = {{1, 2, 0}, {2, 1, 0}, {0, 0, Double.NaN}};
            Krylov broken = run(lanczos, bad, 1, 0, 0);
            assertEquals(Ending.NOT_FINITE, broken.solve().ending());
            assertEquals(0, broken.t().size());
            assertEquals(
                    Ending.NOT_FINITE, CubicSubproblem.solve(broken, 1).solve().ending());
        }
    }

    @Test
    void memory_isWhatItSays_andLimitsTheSteps() {
        assertEquals(11 * 100 * 8, Lanczos.bytes(backend, 100, 10));
        assertEquals(10, Lanczos.stepsWithin(11 * 100 * 8, backend, 100));
        assertEquals(9, Lanczos.stepsWithin(11 * 100 * 8 - 1, backend, 100));
        assertEquals(100, Lanczos.stepsWithin(1L << 40, backend, 100));
        String refusal = assertThrows(IllegalArgumentException.class, () -> Lanczos.stepsWithin(2399, backend, 100))
                .getMessage();
        assertEquals("Lanczos keeps at least 3 vectors of 100 numbers, 2400 bytes, but may take 2399", refusal);
        long before = backend.memory().liveBytes();
        try (Lanczos lanczos = new Lanczos(backend, 4096, 10)) {
            long taken = backend.memory().liveBytes() - before;
            assertTrue(taken >= Lanczos.bytes(backend, 4096, 10) && taken < 1.02 * Lanczos.bytes(backend, 4096, 10));
            Operator doubled = (v, out) -> backend.combine(2, v, 0, v, out);
            try (Tensor start = Dense.tensor(backend, vector(new Random(5), 4096))) {
                lanczos.run(doubled, start);
                Backend.Memory after = backend.memory();
                lanczos.run(doubled, start);
                assertEquals(after.systemAllocations(), backend.memory().systemAllocations());
                assertEquals(after.liveBytes(), backend.memory().liveBytes());
            }
        }
        assertEquals(before, backend.memory().liveBytes());
    }

    /** Spaces that end early leave the others to go on. */
    @Test
    void spacesBuiltTogether_areThoseBuiltApart() {
        Random random = new Random(16);
        double[][] a = Dense.withSpectrum(random, random.doubles(30, -1, 6).toArray());
        for (int i = 0; i < 30; i++) {
            for (int j = 0; j < 30; j++) {
                a[i][j] = i == 0 || j == 0 ? (i == j ? 2 : 0) : a[i][j];
            }
        }
        double[][] starts = {vector(random, 30), new double[30], vector(random, 30), new double[30]};
        starts[1][0] = 3;
        try (Lanczos one = new Lanczos(backend, 30, 12);
                Lanczos two = new Lanczos(backend, 30, 12);
                Lanczos three = new Lanczos(backend, 30, 12);
                Lanczos four = new Lanczos(backend, 30, 12)) {
            double[] rows =
                    Arrays.stream(starts).flatMapToDouble(Arrays::stream).toArray();
            List<Krylov> together = Lanczos.together(
                    Dense.operator(backend, a),
                    List.of(one, two, three, four),
                    Dense.tensor(backend, rows).reshape(4, 30));
            List<Ending> endings =
                    together.stream().map(krylov -> krylov.solve().ending()).toList();
            assertEquals(List.of(Ending.LIMIT, Ending.CONVERGED, Ending.LIMIT, Ending.ZERO), endings);
            for (int i = 0; i < 4; i++) {
                try (Lanczos alone = new Lanczos(backend, 30, 12)) {
                    Krylov apart = run(alone, a, starts[i]);
                    assertEquals(apart.solve(), together.get(i).solve());
                    assertArrayEquals(apart.t().diagonal(), together.get(i).t().diagonal());
                    assertArrayEquals(
                            apart.t().offDiagonal(), together.get(i).t().offDiagonal());
                }
            }
        }
    }

    // ---- quadrature ----

    @Test
    void rule_isExactForPolynomialsOfTwiceItsSteps() {
        Random random = new Random(6);
        double[][] a = Dense.withSpectrum(random, random.doubles(50, -1, 1).toArray());
        double[] v = vector(random, 50);
        try (Lanczos lanczos = new Lanczos(backend, 50, 5)) {
            Quadrature rule = run(lanczos, a, v).quadrature();
            double[] power = v.clone();
            for (int m = 0; m <= 9; m++) {
                double exact = Dense.dot(v, power) / Dense.dot(v, v);
                int degree = m;
                assertEquals(exact, rule.mean(x -> Math.pow(x, degree)), 1e-14, "degree " + m);
                power = Dense.times(a, power);
            }
            double beyond = Dense.dot(v, power) / Dense.dot(v, v);
            assertTrue(Math.abs(beyond - rule.mean(x -> Math.pow(x, 10))) > 1e-6, "not for degree 10");
        }
    }

    /** λ_j = 2 − 2 cos(jπ/(n + 1)): the arcsine law 1 / (π √(x (4 − x))). */
    @Test
    void densityOfTheSecondDifference_isTheArcsineLaw() {
        int n = 2000;
        Operator second = (v, out) -> {
            double[] x = Dense.host(backend, v);
            double[] y = new double[n];
            for (int i = 0; i < n; i++) {
                y[i] = 2 * x[i] - (i > 0 ? x[i - 1] : 0) - (i < n - 1 ? x[i + 1] : 0);
            }
            backend.fromHost(y, 0, out);
        };
        double sigma = 0.1;
        try (Lanczos lanczos = new Lanczos(backend, n, 60)) {
            SpectralDensity estimate = density(lanczos, second, n, 8, RandomStreams.of(7, "probes", 0));
            double[] grid = estimate.grid(401, sigma);
            double[] density = estimate.density(grid, sigma);
            double integral = 0;
            for (int i = 0; i < grid.length; i++) {
                double x = grid[i];
                double expected = 0;
                for (int j = 1; j <= n; j++) {
                    double lambda = 2 - 2 * Math.cos(j * Math.PI / (n + 1));
                    expected += Math.exp(-0.5 * Math.pow((x - lambda) / sigma, 2)) / n;
                }
                expected /= sigma * Math.sqrt(2 * Math.PI);
                // 8 vectors of 2000 normal numbers: a few percent
                assertEquals(expected, density[i], 0.05, "at " + x);
                integral += density[i] * (grid[1] - grid[0]);
            }
            assertEquals(1, integral, 1e-4);
            assertTrue(estimate.smallest() > 0 && estimate.largest() < 4);
            Estimate trace = estimate.trace(x -> x);
            assertEquals(2 * n, trace.mean(), 4 * trace.standardError());
            assertEquals(8, trace.samples());
            Estimate logarithm = estimate.trace(Math::log);
            assertEquals(Math.log(n + 1), logarithm.mean(), 4 * logarithm.standardError());
        }
    }

    @Test
    void densityOfAMatrixThatIsNotFinite_isSaid() {
        try (Lanczos lanczos = new Lanczos(backend, 4, 3)) {
            SpectralDensity none = density(lanczos, (v, out) -> backend.fill(out, Double.NaN), 4, 3, new Random(8));
            assertEquals(3, none.failed());
            assertTrue(Double.isNaN(none.trace(x -> x).mean()));
            assertTrue(Double.isNaN(none.density(new double[1], 1)[0]));
            assertTrue(Double.isNaN(none.largest()));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = "FLOAT.*", mode = EnumSource.Mode.MATCH_ANY)
    void hutchinson_estimatesTheTrace_withItsError(Precision precision) {
        use(precision);
        Random random = new Random(9);
        double[] eigenvalues = random.doubles(60, 0, 2).toArray();
        double[][] a = Dense.withSpectrum(random, eigenvalues);
        double trace = Arrays.stream(eigenvalues).sum();
        double off = 0;
        for (int i = 0; i < 60; i++) {
            for (int j = 0; j < 60; j++) {
                off += i == j ? 0 : a[i][j] * a[i][j];
            }
        }
        Estimate estimate = Trace.hutchinson(backend, Dense.operator(backend, a), 60, 400, 7, new Random(10));
        assertEquals(trace, estimate.mean(), 4 * estimate.standardError());
        assertEquals(Math.sqrt(2 * off / 400), estimate.standardError(), 0.2 * estimate.standardError());
    }

    @Test
    void traceOfADiagonalMatrix_takesOneSample() {
        double[][] a = {{3, 0, 0}, {0, -1, 0}, {0, 0, 7}};
        Estimate estimate = Trace.hutchinson(backend, Dense.operator(backend, a), 3, 1, 1, new Random(11));
        assertEquals(9, estimate.mean());
        assertTrue(Double.isNaN(estimate.standardError()));
    }

    @Test
    void probes_haveTheMomentsTheySay() {
        Probes probes = new Probes(backend, 10_000);
        try (Tensor z = backend.allocate(10_000)) {
            probes.rademacher(new Random(12), z);
            double[] signs = Dense.host(backend, z);
            assertTrue(Arrays.stream(signs).allMatch(x -> Math.abs(x) == 1));
            assertEquals(0, Arrays.stream(signs).average().orElseThrow(), 0.04);
            probes.gaussian(new Random(13), z);
            double[] normal = Dense.host(backend, z);
            assertEquals(0, Arrays.stream(normal).average().orElseThrow(), 0.04);
            assertEquals(1, Dense.dot(normal, normal) / 10_000, 0.06);
        }
    }

    // ---- cubic regularization in a Krylov space ----

    @Test
    void cubicStepInTheWholeSpace_isThatOfTheEigenbasis() {
        Random random = new Random(14);
        double[][] vectors = Dense.orthogonal(random, 25);
        double[] eigenvalues = random.doubles(25, -2, 5).toArray();
        double[] g = vector(random, 25);
        try (Lanczos lanczos = new Lanczos(backend, 25, 25)) {
            Krylov krylov = run(lanczos, Dense.withVectors(vectors, eigenvalues), g);
            CubicSubproblem.Outcome found = CubicSubproblem.solve(krylov, 0.8);
            CubicSubproblem.Outcome exact = CubicSubproblem.solve(eigenvalues, Dense.times(vectors, g), 0.8);
            assertEquals(exact.model(), found.model(), -1e-12 * exact.model());
            assertEquals(exact.multiplier(), found.multiplier(), 1e-12 * exact.multiplier());
            double[] step = vector(lanczos, found.step(), 25);
            assertArrayEquals(exact.step(), Dense.times(vectors, step), 1e-10);
            assertTrue(found.solve().residual() < 1e-12);
        }
    }

    @Test
    void cubicStepInAKrylovSpace_hasTheResidualItSays_andFallsWithIt() {
        Random random = new Random(15);
        double[][] a = Dense.withSpectrum(random, random.doubles(80, -1, 6).toArray());
        double[] g = vector(random, 80);
        double model = 0;
        for (int k : new int[] {2, 5, 10, 20, 40}) {
            try (Lanczos lanczos = new Lanczos(backend, 80, k)) {
                CubicSubproblem.Outcome found = CubicSubproblem.solve(run(lanczos, a, g), 2);
                double[] step = vector(lanczos, found.step(), 80);
                double[] rest = Dense.times(a, step);
                Dense.add(found.multiplier(), step, rest);
                Dense.add(1, g, rest);
                double residual = Dense.norm(rest) / Dense.norm(g);
                assertEquals(residual, found.solve().residual(), 1e-12 + 1e-9 * residual);
                assertTrue(found.model() < model, "at " + k);
                model = found.model();
            }
        }
    }
}
