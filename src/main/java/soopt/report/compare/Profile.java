package soopt.report.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import soopt.report.read.Axis;
import soopt.report.table.Spread;

/**
 * A performance profile (Dolan and Moré 2002): with t_ps what solver s spends until it reaches the target of problem p,
 * the median over its runs, and r_ps = t_ps / min over s of t_ps, ρ_s(τ) is the share of problems with r_ps ≤ τ.
 *
 * @param axis what is spent
 * @param costs t [problem][solver]; infinite where the median run does not reach the target
 */
public record Profile(Axis axis, List<String> problems, List<String> solvers, double[][] costs) {
    static Profile of(List<Contest> contests, Axis axis, Question question) {
        Set<String> solvers = new LinkedHashSet<>();
        contests.forEach(contest -> contest.contenders().forEach(each -> solvers.add(each.label())));
        double[][] costs = new double[contests.size()][solvers.size()];
        List<String> names = List.copyOf(solvers);
        for (int p = 0; p < costs.length; p++) {
            Arrays.fill(costs[p], Double.POSITIVE_INFINITY);
            Contest contest = contests.get(p);
            for (Contender each : contest.contenders()) {
                Spread spread = Spread.of(contest.reached(each, axis, question));
                if (spread.n() > 0) {
                    costs[p][names.indexOf(each.label())] = spread.median();
                }
            }
        }
        return new Profile(axis, contests.stream().map(Contest::problem).toList(), names, costs);
    }

    /** r_ps; infinite where the solver does not reach the target. */
    public double ratio(int problem, int solver) {
        double least = Arrays.stream(costs[problem]).min().orElse(Double.NaN);
        double cost = costs[problem][solver];
        return cost == least && Double.isFinite(cost) ? 1 : Double.isFinite(cost) ? cost / least : cost;
    }

    /** ρ_s(τ). */
    public double share(int solver, double tau) {
        long within = 0;
        for (int p = 0; p < costs.length; p++) {
            within += ratio(p, solver) <= tau ? 1 : 0;
        }
        return (double) within / costs.length;
    }

    /** The τ at which a ρ rises, and 1. */
    public double[] steps() {
        TreeSet<Double> steps = new TreeSet<>(List.of(1.0));
        for (int p = 0; p < costs.length; p++) {
            for (int s = 0; s < solvers.size(); s++) {
                double ratio = ratio(p, s);
                if (Double.isFinite(ratio)) {
                    steps.add(ratio);
                }
            }
        }
        return new ArrayList<>(steps).stream().mapToDouble(Double::doubleValue).toArray();
    }
}
