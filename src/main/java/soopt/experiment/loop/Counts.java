package soopt.experiment.loop;

/** How many derivatives a run has computed so far, each of one batch; a pass over k batches counts k times. */
public final class Counts {
    private long gradients;
    private long products;
    private long summaries;

    public void addGradient() {
        gradients++;
    }

    /** A Hessian-vector or Gauss–Newton-vector product. */
    public void addProduct() {
        products++;
    }

    public void addSummary() {
        summaries++;
    }

    long gradients() {
        return gradients;
    }

    long products() {
        return products;
    }

    long summaries() {
        return summaries;
    }

    double[] save() {
        return new double[] {gradients, products, summaries};
    }

    void restore(double[] saved) {
        gradients = (long) saved[0];
        products = (long) saved[1];
        summaries = (long) saved[2];
    }
}
