package soopt.experiment;

import java.lang.ref.SoftReference;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import soopt.data.examples.Data;
import soopt.data.fetch.Store;
import soopt.experiment.file.Experiment;
import soopt.file.NamedFile;

/**
 * The data set that this process loaded last: the runs of several seeds, and of a sweep's worker, read it once. It is
 * given up when memory runs short.
 */
final class LoadedData {
    private static final LoadedData LAST = new LoadedData();

    private List<Object> key = List.of();
    private Optional<SoftReference<Data>> data = Optional.empty();

    private LoadedData() {}

    /** @throws soopt.data.fetch.DatasetException if the data is missing or damaged */
    static Data of(Experiment experiment, Store store) {
        List<Object> key = List.of(
                experiment.dataset(),
                store.directory(),
                experiment.files().values().stream().map(NamedFile::checksum).toList());
        return LAST.get(key, () -> experiment.dataset().load(store));
    }

    private synchronized Data get(List<Object> wanted, Supplier<Data> load) {
        return data.filter(held -> wanted.equals(key)).map(SoftReference::get).orElseGet(() -> {
            data = Optional.empty();
            Data loaded = load.get();
            key = wanted;
            data = Optional.of(new SoftReference<>(loaded));
            return loaded;
        });
    }
}
