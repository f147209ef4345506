package soopt.cli.doctor;

import java.util.Locale;
import soopt.backend.engine.Backends;
import soopt.cli.options.Version;
import soopt.file.JsonObject;
import soopt.host.ControlGroup;
import soopt.host.Cpus;
import soopt.host.Host;

/** Java, processor and memory, and what limits them. */
final class MachineCheck {
    private static final double MEBIBYTE = 1 << 20;

    private MachineCheck() {}

    static void of(Findings findings) {
        boolean vector = Backends.hasVectorModule();
        findings.row(Findings.OK, "soopt", Version.text());
        findings.row(Findings.OK, "Java", Runtime.version() + ", " + System.getProperty("java.home"));
        findings.row(
                vector ? Findings.OK : "slow",
                "vector module",
                vector
                        ? "jdk.incubator.vector"
                        : "absent: portable loops run; use a JDK that has jdk.incubator.vector");
        findings.row(
                Findings.OK,
                "processor",
                String.format(
                        Locale.ROOT,
                        "%s, %d physical of %d logical cores may be used, %d threads unless --threads says otherwise",
                        Host.cpu(),
                        Host.physicalCores(),
                        Runtime.getRuntime().availableProcessors(),
                        Cpus.threads()));
        findings.row(Findings.OK, "memory", memory());
        findings.json()
                .put("soopt", Version.text())
                .put("java", Runtime.version().toString())
                .put("java_home", System.getProperty("java.home"))
                .put("vector_module", vector)
                .put("cpu", Host.cpu())
                .put("physical_cores", Host.physicalCores())
                .put("logical_cores", Runtime.getRuntime().availableProcessors())
                .put("threads", Cpus.threads())
                .put("heap_bytes", Runtime.getRuntime().maxMemory())
                .put("memory_bytes", Host.memoryBytes());
        limits(findings);
    }

    private static String memory() {
        String limit = System.getProperty("org.bytedeco.javacpp.maxphysicalbytes", "not limited");
        return String.format(
                Locale.ROOT,
                "heap up to %d MiB, process up to %s",
                Runtime.getRuntime().maxMemory() >> 20,
                limit);
    }

    /** Of containers and batch jobs; no row where there are none. */
    private static void limits(Findings findings) {
        ControlGroup group = ControlGroup.own();
        JsonObject limits = new JsonObject();
        StringBuilder words = new StringBuilder();
        group.memoryBytes().ifPresent(bytes -> {
            words.append(String.format(Locale.ROOT, "memory %.0f MiB", bytes / MEBIBYTE));
            limits.put("memory_bytes", bytes);
        });
        group.processors().ifPresent(count -> {
            words.append(words.isEmpty() ? "" : ", ").append(String.format(Locale.ROOT, "%.3g processors", count));
            limits.put("processors", count);
        });
        if (!words.isEmpty()) {
            findings.row(Findings.OK, "control group", words.toString());
        }
        findings.json().put("control_group", limits);
    }
}
