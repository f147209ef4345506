package soopt.report.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import soopt.experiment.results.Course;
import soopt.experiment.results.Varied;
import soopt.file.Shown;
import soopt.report.compare.Entry.Fate;

/** What is to be known of the groups of a contest before their values are believed. */
record Remarks(Contest contest, Question question) {
    private static final int MOST_NAMES = 30;
    private static final int MOST_CHARACTERS = 600;
    private static final int FEW = 6;

    /** A sentence each. */
    List<String> all() {
        Stream<String> chosen =
                contest.contenders().stream().map(Contender::chosen).filter(words -> !words.isEmpty());
        return Stream.concat(
                        chosen,
                        Stream.of(notCounted(), jumps(), apart(), machines()).flatMap(Optional::stream))
                .toList();
    }

    private Optional<String> notCounted() {
        List<Contender> some = contest.contenders().stream()
                .filter(each -> each.count(Fate.COUNTED) < each.entries().size())
                .toList();
        if (some.isEmpty()) {
            return Optional.empty();
        }
        String words = some.stream()
                .limit(MOST_NAMES)
                .map(each -> each.label() + " " + each.words())
                .collect(Collectors.joining("; "));
        boolean diverged = some.stream().anyMatch(each -> each.count(Fate.DIVERGED) > 0);
        boolean unfinished = some.stream().anyMatch(each -> each.count(Fate.UNFINISHED) > 0);
        return Optional.of("not all runs count: " + words
                + (diverged ? "; a run that diverged is worst in medians and tests, and in no mean" : "")
                + (unfinished ? "; --unfinished counts runs that did not come to their end" : ""));
    }

    private Optional<String> jumps() {
        List<Entry> some = contest.contenders().stream()
                .flatMap(Contender::counted)
                .filter(entry -> entry.jump().isPresent())
                .toList();
        return some.isEmpty()
                ? Optional.empty()
                : Optional.of(some.size() + (some.size() == 1 ? " run counts whose" : " runs count whose")
                        + " training loss rose " + (int) Course.JUMP + " times or more at once and came back: "
                        + some.stream()
                                .limit(FEW)
                                .map(entry -> entry.run().id())
                                .collect(Collectors.joining(", "))
                        + (some.size() > FEW ? ", …" : ""));
    }

    /** What differs beside what is compared. */
    private Optional<String> apart() {
        String subject = question.by().orElse("optimizer").replaceFirst("\\.type$", "");
        Set<String> other = new TreeSet<>();
        boolean compared = false;
        for (String key : Varied.keys(
                contest.contenders().stream().map(Contender::example).toList())) {
            boolean own = key.equals(subject) || key.startsWith(subject + ".");
            compared |= own;
            if (!own && !key.startsWith("record.")) {
                other.add(key + " (" + values(key) + ")");
            }
        }
        if (other.isEmpty()) {
            return Optional.empty();
        }
        String keys = Shown.cut(String.join(", ", other), MOST_CHARACTERS);
        return Optional.of(
                compared
                        ? "the groups differ in more than the " + subject + ": " + keys
                        : "the " + subject + " is the same; what differs is " + keys);
    }

    /** "100: adam, sgd; 200: newton-summary"; of many groups the values alone. */
    private String values(String key) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        contest.contenders()
                .forEach(each -> values.computeIfAbsent(
                                each.example().settings().getOrDefault(key, "none"), value -> new ArrayList<>())
                        .add(each.label()));
        return contest.contenders().size() > FEW
                ? String.join(", ", values.keySet())
                : values.entrySet().stream()
                        .map(each -> (each.getKey().isEmpty() ? "none" : each.getKey()) + ": "
                                + String.join(", ", each.getValue()))
                        .collect(Collectors.joining("; "));
    }

    private Optional<String> machines() {
        Map<String, Long> machines = contest.contenders().stream()
                .flatMap(Contender::counted)
                .collect(Collectors.groupingBy(Entry::machine, TreeMap::new, Collectors.counting()));
        return machines.size() < 2
                ? Optional.empty()
                : Optional.of("seconds are of " + machines.size() + " kinds of machines ("
                        + String.join("; ", machines.keySet()) + "): compare gradient equivalents instead");
    }
}
