package soopt.experiment.results;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import soopt.experiment.claim.Holder;
import soopt.experiment.claim.Owner;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.folder.RunState;
import soopt.experiment.folder.Status;
import soopt.file.CsvTable;
import soopt.file.Problems;
import soopt.spec.yaml.SpecException;

/**
 * One run as a list shows it. Of its files status.json, config.yaml and the last row of metrics.csv are read, and
 * others only where these do not say how it stands.
 *
 * @param experiment the name of the folder of its experiment
 * @param reason one line on how it stands; empty of a run that goes on
 * @param settings what config.yaml says, by dotted keys
 * @param last the last row of metrics.csv, or none
 * @param problems a line for each file that cannot be read
 */
public record ResultRun(
        String experiment,
        Path folder,
        Standing standing,
        String reason,
        Optional<Status> status,
        Map<String, String> settings,
        CsvTable last,
        List<String> problems) {
    private static final String SEEDS = "seeds";

    /** @param experiment the name of its folder */
    public static ResultRun read(String experiment, Path folder) {
        return read(experiment, folder, new Settings());
    }

    static ResultRun read(String experiment, Path folder, Settings files) {
        List<String> problems = new ArrayList<>();
        Map<String, String> settings = Map.of();
        CsvTable last = CsvTable.NONE;
        try {
            settings = files.read(folder.resolve("config.yaml"));
        } catch (SpecException unreadable) {
            problems.add(unreadable.problems().get(0));
        }
        try {
            last = CsvTable.last(folder.resolve("metrics.csv"));
        } catch (UncheckedIOException unreadable) {
            problems.add(unreadable.getMessage());
        }
        Optional<Status> said = Status.read(folder);
        if (said.isEmpty()) {
            Path file = folder.resolve("status.json");
            problems.add(file + (Files.exists(file) ? " cannot be read" : " is missing"));
        }
        boolean isRun = said.isPresent() || !settings.isEmpty() || last.size() > 0;
        Seen seen = isRun ? seen(folder, said, problems) : Seen.NOTHING;
        return new ResultRun(
                experiment, folder, seen.standing, seen.reason, seen.status, settings, last, List.copyOf(problems));
    }

    private record Seen(Standing standing, String reason, Optional<Status> status) {
        static final Seen NOTHING = new Seen(Standing.UNKNOWN, "no file says how it stands", Optional.empty());
    }

    private static Seen seen(Path folder, Optional<Status> said, List<String> problems) {
        if (said.isPresent() && said.get().state() != RunState.RUNNING) {
            return new Seen(Standing.of(said.get().state()), said.get().message(), said);
        }
        try {
            Owner here = Owner.here();
            Optional<Holder> holder = Holder.read(RunDirectory.claimFile(folder));
            Holder.Life life =
                    holder.map(each -> each.life(here, Instant.now())).orElse(Holder.Life.GONE);
            if (life == Holder.Life.LIVES) {
                Optional<Holder> stopped = holder.filter(each -> each.isStopped(here));
                String reason = stopped.map(each -> each.owner().words() + " is stopped; kill -CONT wakes it")
                        .orElse("");
                return new Seen(Standing.RUNNING, reason, said);
            }
            Optional<Status> whole = RunFolder.open(folder).outcome();
            if (whole.isEmpty()) {
                return Seen.NOTHING;
            }
            Status status = whole.get();
            return status.state() == RunState.RUNNING
                    ? new Seen(Standing.STALE, staleness(holder, life, status), whole)
                    : new Seen(Standing.of(status.state()), status.message(), whole);
        } catch (IOException | UncheckedIOException e) {
            String why = e instanceof IOException io ? Problems.reason(io) : e.getMessage();
            problems.add(folder + " cannot be read: " + why);
            return new Seen(Standing.UNKNOWN, why, said);
        }
    }

    private static String staleness(Optional<Holder> holder, Holder.Life life, Status status) {
        String owner = holder.map(each -> each.owner().words())
                .orElse(status.host().isEmpty() ? "its process" : status.host() + " (pid " + status.pid() + ")");
        Instant heard = holder.map(Holder::heartbeat).orElse(status.heartbeat());
        return owner + (life == Holder.Life.SILENT ? " is silent since " : " is gone since ") + heard;
    }

    public String id() {
        return folder.getFileName().toString();
    }

    /** Epochs that are done. */
    public int epoch() {
        return status.map(Status::epoch).orElse(0);
    }

    /** Epochs that it is to have; empty if that is not known. */
    public String epochs() {
        return settings.getOrDefault("training.epochs", "");
    }

    /** Its seed; empty if that is not known. */
    public String seed() {
        return settings.getOrDefault(SEEDS, "").replaceAll("[\\[\\]]", "");
    }

    /** A number of the last row of metrics.csv; NaN if there is none. */
    public double number(String column) {
        return last.size() == 0 ? Double.NaN : last.number(0, column);
    }

    public Optional<Status.Best> best() {
        return status.flatMap(Status::best);
    }
}
