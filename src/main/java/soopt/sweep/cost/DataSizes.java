package soopt.sweep.cost;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import soopt.data.Cifar10;
import soopt.data.Dataset;
import soopt.data.FashionMnist;
import soopt.data.Mnist;
import soopt.data.examples.Data;
import soopt.data.examples.Form;
import soopt.data.examples.Targets;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.Store;

/**
 * How many examples a data set has, and of which form. Of the large ones that are known by name this is known without
 * them; others are read if they are there, and nothing is fetched.
 */
final class DataSizes {
    private static final int TEST = 10_000;

    private final Store store;
    private final Map<Dataset, Optional<Sizes>> known = new HashMap<>();

    /** @param store one that fetches nothing */
    DataSizes(Store store) {
        this.store = store;
    }

    /**
     * Numbers of examples after a limit and a split.
     *
     * @param shape of one input
     */
    record Sizes(int train, int validation, int test, int[] shape, Targets targets) {}

    /** Empty if the data set is not there. */
    Optional<Sizes> of(Dataset dataset) {
        return known.computeIfAbsent(dataset, this::find);
    }

    private Optional<Sizes> find(Dataset dataset) {
        try {
            int named = named(dataset);
            Optional<Form> form = named > 0 ? dataset.form() : Optional.empty();
            return Optional.of(form.isPresent() ? counted(dataset, form.get(), named) : loaded(dataset));
        } catch (DatasetException notThere) {
            return Optional.empty();
        }
    }

    /** Training examples of the archives; 0 for others. */
    private static int named(Dataset dataset) {
        if (dataset instanceof Cifar10) {
            return 50_000;
        }
        return dataset instanceof Mnist || dataset instanceof FashionMnist ? 60_000 : 0;
    }

    private static Sizes counted(Dataset dataset, Form form, int all) {
        int used = dataset.limit() > 0 ? Math.min(dataset.limit(), all) : all;
        return new Sizes(used - dataset.heldOut(), dataset.heldOut(), TEST, form.featureShape(), form.targets());
    }

    private Sizes loaded(Dataset dataset) {
        Data data = dataset.load(store);
        int held = data.validation().isPresent() ? 0 : dataset.heldOut();
        return new Sizes(
                data.train().size() - held,
                data.validation().map(examples -> examples.size()).orElse(held),
                data.test().size(),
                data.featureShape(),
                data.targets());
    }
}
