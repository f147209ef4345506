package soopt.solver;

import java.util.ArrayList;
import java.util.List;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.solver.ConjugateGradient.Iterate;

/** The latest iterates of the iterations ⌈1.3ʲ⌉, j = 0, 1, … (Martens 2010, §4.6), no more than there are tensors. */
final class KeptIterates implements AutoCloseable {
    private static final double RATIO = 1.3;

    private final Backend backend;
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<Iterate> kept = new ArrayList<>();
    private double power = 1;
    private int offered;

    KeptIterates(Backend backend, int size, int most) {
        this.backend = backend;
        for (int i = 0; i < most; i++) {
            tensors.add(backend.allocate(size));
        }
    }

    void clear() {
        kept.clear();
        power = 1;
        offered = 0;
    }

    /** Copies x_i if i is of the schedule, over the oldest when all tensors are taken. */
    void offer(int i, double model, Tensor x) {
        if (tensors.isEmpty() || i < Math.ceil(power)) {
            return;
        }
        while (Math.ceil(power) <= i) {
            power *= RATIO;
        }
        Tensor copy = tensors.get(offered++ % tensors.size());
        if (kept.size() == tensors.size()) {
            kept.remove(0);
        }
        backend.copy(x, copy);
        kept.add(new Iterate(i, model, copy));
    }

    /** Those before iteration n, and x_n itself. */
    List<Iterate> with(Iterate last) {
        List<Iterate> all = new ArrayList<>(kept);
        all.removeIf(iterate -> iterate.iteration() >= last.iteration());
        all.add(last);
        return List.copyOf(all);
    }

    @Override
    public void close() {
        tensors.forEach(Tensor::close);
    }
}
