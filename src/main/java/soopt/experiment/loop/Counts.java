package soopt.experiment.loop;

/** How many derivatives a run has computed so far, each of one batch; a pass over k batches counts k times. */
public final class Counts {
    /** Derivatives of one purpose. */
    public static final class Tally {
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
    }

    private final Tally steps = new Tally();
    private final Tally records = new Tally();

    /** For the steps: what training costs. */
    public Tally steps() {
        return steps;
    }

    /** For the record alone: matrices that are not the optimizer's, measured steps. */
    public Tally records() {
        return records;
    }

    double[] save() {
        return new double[] {
            steps.gradients, steps.products, steps.summaries, records.gradients, records.products, records.summaries
        };
    }

    void restore(double[] saved) {
        steps.gradients = (long) saved[0];
        steps.products = (long) saved[1];
        steps.summaries = (long) saved[2];
        records.gradients = (long) saved[3];
        records.products = (long) saved[4];
        records.summaries = (long) saved[5];
    }
}
