package soopt.optimizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Partition;

/**
 * out_s ← −rate_s u_s for the groups s of a partition, in as few operations as the groups have contiguous runs in θ;
 * and ‖u_s‖.
 */
public final class GroupUpdate {
    /** More runs than this cost less on the host than as operations of the device. */
    private static final int LARGEST_RUN_COUNT = 500;

    private final Backend backend;
    private final Partition partition;
    private final List<Run> runs = new ArrayList<>();

    /** Elements from … to − 1 of θ, all of one group. */
    private record Run(int group, long from, long to) {}

    public GroupUpdate(Backend backend, Partition partition) {
        this.backend = backend;
        this.partition = partition;
        for (int group = 0; group < partition.size(); group++) {
            for (Partition.Slice slice : partition.groups().get(group).slices()) {
                long offset = partition.layout().get(slice.parameter()).offset();
                append(new Run(group, offset + slice.from(), offset + slice.to()));
            }
        }
    }

    private void append(Run run) {
        int last = runs.size() - 1;
        if (last >= 0 && runs.get(last).group() == run.group() && runs.get(last).to() == run.from()) {
            runs.set(last, new Run(run.group(), runs.get(last).from(), run.to()));
        } else {
            runs.add(run);
        }
    }

    /** out [P] from rates [S] and u [P]. */
    public void apply(double[] rates, Tensor u, Tensor out) {
        if (runs.size() > LARGEST_RUN_COUNT) {
            applyOnHost(rates, u, out);
            return;
        }
        for (Run run : runs) {
            int length = (int) (run.to() - run.from());
            Tensor part = u.slice(run.from(), length);
            backend.combine(-rates[run.group()], part, 0, part, out.slice(run.from(), length));
        }
    }

    /** ‖u_s‖ [S]. */
    double[] lengths(Tensor u) {
        double[] squares = new double[partition.size()];
        if (runs.size() > LARGEST_RUN_COUNT) {
            double[] values = new double[(int) u.size()];
            backend.toHost(u, values, 0);
            squares = partition.squares(values);
        } else {
            double[] ofRuns = backend.dots(runs.stream()
                    .map(run -> u.slice(run.from(), (int) (run.to() - run.from())))
                    .flatMap(part -> Stream.of(part, part))
                    .toArray(Tensor[]::new));
            for (int i = 0; i < ofRuns.length; i++) {
                squares[runs.get(i).group()] += ofRuns[i];
            }
        }
        return Arrays.stream(squares).map(Math::sqrt).toArray();
    }

    private void applyOnHost(double[] rates, Tensor u, Tensor out) {
        double[] values = new double[(int) u.size()];
        backend.toHost(u, values, 0);
        for (Run run : runs) {
            for (int i = (int) run.from(); i < run.to(); i++) {
                values[i] *= -rates[run.group()];
            }
        }
        backend.fromHost(values, 0, out);
    }
}
