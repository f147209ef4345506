package soopt.cli.curvature;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import soopt.cli.terminal.Table;
import soopt.cli.terminal.Text;
import soopt.curvature.CubicStep;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Matrices;
import soopt.curvature.Partition;
import soopt.experiment.matrices.GroupRates;
import soopt.experiment.matrices.MatrixText;
import soopt.file.JsonObject;
import soopt.file.WholeFile;
import soopt.npy.NpzFile;

/** The curvature along groups and the cubic step of it, as a table, CSV and JSON. */
record CurvatureReport(
        Partition partition,
        CurvatureSummary summary,
        CubicStep.Outcome step,
        int examples,
        Optional<TaylorReport> taylor) {
    private GroupRates rates() {
        return new GroupRates(partition.groups(), summary, step);
    }

    /**
     * Writes hbar, hbar_inverse, regularized, regularized_inverse and groups, each as CSV and JSON; the matrices of
     * more groups than text is good for as arrays of matrices.npz.
     */
    void write(Path folder) {
        List<String> names = partition.names();
        Map<String, double[][]> kinds = MatrixText.kinds("hbar", summary.hessian(), step.regularized());
        if (MatrixText.isText(names.size())) {
            kinds.forEach((kind, matrix) -> MatrixText.write(folder.resolve(kind), kind, names, matrix));
        } else {
            NpzFile.write(folder.resolve("matrices.npz"), MatrixText.arrays(kinds));
        }
        WholeFile.write(folder.resolve("groups.csv"), rates().csv());
        WholeFile.write(folder.resolve("groups.json"), json().pretty());
        taylor.ifPresent(report -> report.write(folder));
    }

    String text() {
        double[] scale = CubicStep.scale(summary.third());
        Table table = new Table("group", "parameters", "ḡ", "H̄ diagonal", "D̄³", "D", "η");
        for (int s = 0; s < partition.size(); s++) {
            Partition.Group group = partition.groups().get(s);
            table.row(
                    group.name(),
                    String.format(Locale.ROOT, "%,d", group.size()),
                    number(summary.gradient()[s]),
                    number(summary.hessian()[s][s]),
                    number(summary.third()[s]),
                    number(scale[s]),
                    number(step.eta()[s]));
        }
        Matrices.Spectrum spectrum = step.spectrum();
        return table.shown("")
                + Text.shown(String.format(
                        Locale.ROOT,
                        "%nloss %s over %d examples; H̄ has eigenvalues from %s to %s%ncubic step with λ_int = %s: %s%n",
                        number(summary.loss()),
                        examples,
                        number(spectrum.smallest()),
                        number(spectrum.largest()),
                        number(step.model().damping()),
                        step.found()
                                ? "r = ‖Dη‖ = " + number(step.r())
                                : step.status().words()))
                + taylor.map(TaylorReport::text).orElse("");
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.4e", value);
    }

    JsonObject json() {
        Matrices.Spectrum spectrum = step.spectrum();
        JsonObject object = new JsonObject().put("examples", examples);
        rates().putTo(object);
        if (MatrixText.isText(partition.size())) {
            object.put("hbar", summary.hessian());
        }
        object.put("min_eigenvalue", spectrum.smallest()).put("max_eigenvalue", spectrum.largest());
        taylor.ifPresent(report -> object.put("taylor", report.json()));
        return object;
    }
}
