package soopt.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import soopt.backend.Backend;
import soopt.experiment.checkpoint.Checkpoint;
import soopt.experiment.checkpoint.Generations;
import soopt.experiment.folder.Meta;
import soopt.experiment.folder.RunDirectory;
import soopt.experiment.folder.RunFolder;
import soopt.experiment.loop.Trainer;
import soopt.file.Shown;

/**
 * Where a run begins: anew, or at the newest checkpoint that an earlier process left and that can be used.
 *
 * @param kind ANEW without a checkpoint
 * @param checkpoint empty if it begins anew
 * @param how what the user should know of it, as the rest of a sentence: when and by what it was interrupted
 * @param doubts a line each: checkpoints that cannot be used; what may change the last digits
 */
record Beginning(Kind kind, Optional<Checkpoint> checkpoint, String how, List<String> doubts) {
    /** Whose numbers its folder begins with. */
    enum Kind {
        ANEW,
        /** Its own. */
        INTERRUPTED,
        /** Those of a shorter run. */
        EXTENDED
    }

    Beginning {
        doubts = List.copyOf(doubts);
    }

    static Beginning anew(List<String> doubts) {
        return new Beginning(Kind.ANEW, Optional.empty(), "", doubts);
    }

    /** Of a run that an earlier process did not finish; anew if there is none. */
    static Beginning of(RunDirectory directory, Backend backend) {
        Optional<String> interruption = directory.interruption();
        if (interruption.isEmpty()) {
            return anew(List.of());
        }
        Generations.Choice choice =
                generations(directory).newest(backend, checkpoint -> Trainer.misfit(directory.path(), checkpoint));
        List<String> doubts = new ArrayList<>(choice.problems());
        if (choice.checkpoint().isPresent()) {
            generations(directory).settle(choice);
            difference(RunFolder.open(directory.path()).meta(), Meta.digits(backend))
                    .ifPresent(doubts::add);
        } else {
            doubts.add("run " + directory.id() + " begins anew: the one that was " + interruption.get() + " left no"
                    + " checkpoint that can be used");
        }
        return new Beginning(
                choice.checkpoint().isPresent() ? Kind.INTERRUPTED : Kind.ANEW,
                choice.checkpoint(),
                interruption.get(),
                doubts);
    }

    private static Generations generations(RunDirectory directory) {
        return new Generations(directory.file("checkpoints"));
    }

    /** One line on what is not as it was when the run began, if anything is. */
    private static Optional<String> difference(JsonNode earlier, Map<String, String> now) {
        List<String> changed = new ArrayList<>();
        now.forEach((key, value) -> {
            String before = earlier.at("/" + key.replace('.', '/')).asText(value);
            if (!before.equals(value)) {
                changed.add(key + " " + Shown.quoted(value) + " instead of " + Shown.quoted(before));
            }
        });
        return changed.isEmpty()
                ? Optional.empty()
                : Optional.of("it goes on with " + String.join(", ", changed)
                        + ": the last digits may differ from those of a run that was not interrupted");
    }
}
