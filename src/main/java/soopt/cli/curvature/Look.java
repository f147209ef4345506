package soopt.cli.curvature;

import soopt.backend.Tensor;
import soopt.cli.terminal.StatusLine;
import soopt.curvature.Objective;
import soopt.curvature.Partition;
import soopt.data.examples.Examples;
import soopt.experiment.Workbench;
import soopt.experiment.file.Experiment;

/** An experiment's loss at given weights, for as long as it is open, and how far the work with it is. */
final class Look {
    private final Experiment experiment;
    private final Workbench bench;
    private final Tensor theta;
    private final Partition partition;
    private final Objective objective;
    private final StatusLine status;
    private boolean countsProducts;
    private long products;

    /**
     * @param theta [P]
     * @param limit number of examples; 0 for all
     */
    Look(Experiment experiment, Workbench bench, Tensor theta, Examples part, int limit, StatusLine status) {
        this.experiment = experiment;
        this.bench = bench;
        this.theta = theta;
        this.status = status;
        this.partition = experiment.partition(bench.network().layout());
        this.objective = bench.whole(part, limit, batch(), this::reached);
    }

    Experiment experiment() {
        return experiment;
    }

    Workbench bench() {
        return bench;
    }

    Tensor theta() {
        return theta;
    }

    Partition partition() {
        return partition;
    }

    /** The mean loss of the examples. */
    Objective objective() {
        return objective;
    }

    private int batch() {
        return experiment.training().evaluationBatchSize();
    }

    private void reached(int batches, int of) {
        if (!countsProducts) {
            status.reached(batches, "");
        } else if (of > 1) {
            status.reached(products, "batch " + batches + " of " + of);
        }
    }

    /** Begins one pass over the examples. */
    void begin(String name) {
        countsProducts = false;
        status.begin(name, " batches", 1, (objective.examples() - 1) / batch() + 1);
    }

    /** Begins many products with a matrix. */
    void begin(String name, long total) {
        countsProducts = true;
        products = 0;
        status.begin(name, " products", 1, total);
    }

    /** So many more products are done. */
    void did(int more) {
        products += more;
        status.reached(products, "");
    }
}
