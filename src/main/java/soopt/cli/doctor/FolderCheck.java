package soopt.cli.doctor;

import java.nio.file.Path;
import java.util.Locale;
import soopt.file.FolderProbe;
import soopt.file.JsonObject;

/** The file system that results lie on. */
final class FolderCheck {
    private static final double GIBIBYTE = 1 << 30;
    private static final long LEAST_FREE = 1L << 30;

    private FolderCheck() {}

    static void of(Path results, Findings findings) {
        FolderProbe probe = FolderProbe.of(results);
        boolean isFull = probe.freeBytes() < LEAST_FREE;
        boolean isLate = !probe.clock().isZero();
        String text = String.format(
                Locale.ROOT,
                "%s (%s), %.1f GiB free, a small file is on the disk after %d ms%s%s",
                probe.folder(),
                probe.type(),
                probe.freeBytes() / GIBIBYTE,
                probe.forced().toMillis(),
                isLate ? "; its clock is " + probe.clock().toSeconds() + " s off, which claims allow for" : "",
                probe.problems().isEmpty() ? "" : "; " + String.join("; ", probe.problems()));
        String state = isFull ? "full" : Findings.OK;
        findings.row(probe.problems().isEmpty() ? state : Findings.WRONG, "results", text);
        findings.json()
                .put(
                        "results",
                        new JsonObject()
                                .put("folder", probe.folder().toString())
                                .put("file_system", probe.type())
                                .put("free_bytes", probe.freeBytes())
                                .put("clock_seconds", probe.clock().toSeconds())
                                .put("forced_seconds", probe.forced().toNanos() * 1e-9)
                                .put("problems", probe.problems()));
    }
}
