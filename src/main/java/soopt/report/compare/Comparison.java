package soopt.report.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import soopt.experiment.results.ResultRun;
import soopt.experiment.results.Varied;
import soopt.file.Shown;
import soopt.report.read.Axis;
import soopt.spec.Suggestions;

/**
 * Runs against each other, by problem.
 *
 * @param question as it was answered
 * @param contests one for each problem
 * @param profile over several problems
 */
public record Comparison(Question question, List<Contest> contests, Optional<Profile> profile) {
    /** What solvers are told apart by where there are several problems. */
    private static final String SOLVER = "optimizer.type";

    /** @throws IllegalArgumentException with the rest of a sentence if no group has the label of the baseline */
    public static Comparison of(List<ResultRun> runs, Question asked) {
        List<String> keys = asked.problem().stream()
                .filter(key -> !asked.by().filter(key::equals).isPresent())
                .toList();
        Map<List<String>, List<ResultRun>> problems = new LinkedHashMap<>();
        for (ResultRun run : runs) {
            List<String> values = keys.stream().map(key -> value(run, key)).toList();
            problems.computeIfAbsent(values, key -> new ArrayList<>()).add(run);
        }
        Question question = problems.size() > 1 && asked.by().isEmpty() ? asked.by(SOLVER) : asked;
        Map<Path, Entry> entries = runs.parallelStream()
                .collect(Collectors.toMap(ResultRun::folder, run -> Entry.of(run, question), (one, same) -> one));
        List<Contest> contests = new ArrayList<>();
        problems.forEach((values, members) ->
                contests.add(Contest.of(name(values, problems.keySet()), members, entries, question)));
        question.baseline().ifPresent(label -> requireBaseline(label, contests));
        Optional<Profile> profile = contests.size() > 1
                ? Optional.of(Profile.of(contests, question.budget().orElse(Axis.COST), question))
                : Optional.empty();
        return new Comparison(question, contests, profile);
    }

    /** A setting of a run, or the name of its experiment. */
    private static String value(ResultRun run, String key) {
        return key.equals("experiment") ? run.experiment() : run.settings().getOrDefault(key, "none");
    }

    /** The values in which problems differ. */
    private static String name(List<String> values, Collection<List<String>> all) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            int at = i;
            if (all.stream().map(each -> each.get(at)).distinct().count() > 1) {
                words.add(values.get(i));
            }
        }
        return String.join(" on ", words);
    }

    private static void requireBaseline(String label, List<Contest> contests) {
        List<String> known = contests.stream()
                .flatMap(contest -> contest.contenders().stream())
                .map(Contender::label)
                .distinct()
                .toList();
        if (!known.contains(label)) {
            throw new IllegalArgumentException("names no group: " + Shown.quoted(label)
                    + Suggestions.didYouMean(label, known) + "; there are " + Shown.cut(String.join("; ", known), 300));
        }
    }

    /** The keys that the settings of these runs have. */
    public static List<String> keys(List<ResultRun> runs) {
        return runs.stream()
                .flatMap(run -> run.settings().keySet().stream())
                .distinct()
                .sorted(Varied::compare)
                .toList();
    }
}
