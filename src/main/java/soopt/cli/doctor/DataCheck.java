package soopt.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import soopt.data.DatasetCatalog;
import soopt.data.fetch.Store;
import soopt.file.JsonObject;

/** The data sets of known files: which are here, and whether they hold what they should. */
final class DataCheck {
    private DataCheck() {}

    static void of(Store store, Findings findings) {
        List<JsonObject> list = new ArrayList<>();
        for (DatasetCatalog.Entry entry : DatasetCatalog.list(store)) {
            String damaged = entry.present() ? damaged(entry.name(), store) : "";
            String text =
                    entry.present() ? entry.folder() + ", checksums right" : "soopt datasets fetch " + entry.name();
            String state = entry.present() ? Findings.OK : Findings.ABSENT;
            findings.row(
                    damaged.isEmpty() ? state : Findings.WRONG,
                    "data set " + entry.name(),
                    damaged.isEmpty() ? text : damaged + "; soopt datasets fetch " + entry.name() + " gets it again");
            list.add(new JsonObject()
                    .put("name", entry.name())
                    .put("present", entry.present())
                    .put("right", entry.present() && damaged.isEmpty())
                    .put("folder", entry.folder().toString()));
        }
        findings.json().putObjects("datasets", list);
    }

    private static String damaged(String name, Store store) {
        return DatasetCatalog.verify(name, store).stream()
                .filter(check -> check.state() != DatasetCatalog.State.OK)
                .map(check -> check.path() + " " + check.detail())
                .collect(Collectors.joining("; "));
    }
}
