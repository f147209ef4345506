package soopt.cli.doctor;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import soopt.backend.engine.Backends;
import soopt.backend.engine.Engine;
import soopt.cli.terminal.Natives;
import soopt.experiment.DeviceException;
import soopt.experiment.Devices;
import soopt.experiment.file.Device;

/** The engines, each tried on a product. */
final class EngineCheck {
    private EngineCheck() {}

    /** Tries each; returns what is wrong with the one that device: auto takes. */
    static Optional<String> of(PrintWriter err, Findings findings) {
        Optional<String> auto = auto(err);
        List<Trial> trials = Backends.all().stream().map(Trial::of).toList();
        trials.forEach(
                trial -> findings.row(trial.state(), "engine " + trial.engine().name(), trial.text()));
        findings.json().putObjects("engines", trials.stream().map(Trial::json).toList());
        if (auto.isPresent()) {
            return auto;
        }
        Engine chosen = Devices.choose(Device.AUTO).engine();
        findings.row("", "device: auto", "engine " + chosen.name());
        findings.json().put("auto", chosen.name());
        return trials.stream()
                .filter(trial -> trial.engine().equals(chosen))
                .findFirst()
                .flatMap(Trial::problem);
    }

    /** Why device: auto cannot be used. */
    private static Optional<String> auto(PrintWriter err) {
        try {
            Devices.choose(Device.AUTO);
            Natives.prepare(err, List.of(Device.CPU));
            return Optional.empty();
        } catch (DeviceException e) {
            return Optional.of(e.getMessage());
        }
    }
}
