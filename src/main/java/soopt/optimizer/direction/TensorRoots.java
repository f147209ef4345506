package soopt.optimizer.direction;

import java.util.List;
import java.util.stream.IntStream;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.optimizer.step.State;

/** One tensor in blocks, each with factors and roots of its own. */
final class TensorRoots implements AutoCloseable {
    private final Backend backend;
    private final List<Block> blocks;
    private final List<BlockRoots> roots;

    TensorRoots(Backend backend, Parameter parameter, double epsilon, int blockSize) {
        this.backend = backend;
        this.blocks = Block.of(parameter, blockSize);
        this.roots = IntStream.range(0, blocks.size())
                .mapToObj(i -> new BlockRoots(
                        backend,
                        name(parameter, i, blocks.size()),
                        blocks.get(i).shape(),
                        epsilon))
                .toList();
    }

    /** What the state of the i-th of so many blocks begins with. */
    static String name(Parameter parameter, int i, int blocks) {
        return "direction." + parameter.name() + (blocks == 1 ? "" : ".block" + i);
    }

    boolean isCut() {
        return blocks.size() > 1;
    }

    /** The factors of each block take in the gradient. */
    void observe(Tensor gradient, double keep, double weight, Block.Room room) {
        for (int i = 0; i < blocks.size(); i++) {
            roots.get(i).observe(blocks.get(i).in(backend, gradient, room.one()), keep, weight);
        }
    }

    /** As {@link BlockRoots#refresh} of each block. */
    void refresh(double power, double floor, Runnable failed) {
        roots.forEach(block -> block.refresh(power, floor, failed));
    }

    /** The product of each block with its roots, in one of the arrays. */
    Tensor apply(Tensor gradient, Block.Room room) {
        int size = (int) gradient.size();
        Tensor one = isCut() ? room.whole() : roots.get(0).last(room.one(), room.other());
        apply(gradient, room, one.slice(0, size));
        return one.slice(0, size);
    }

    /** out ← the product of each block with its roots. */
    void apply(Tensor gradient, Block.Room room, Tensor out) {
        if (!isCut()) {
            int size = (int) gradient.size();
            roots.get(0).apply(gradient, room.one().slice(0, size), room.other().slice(0, size), out);
            return;
        }
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            int size = block.size();
            // a copy lies in the second array, which the first product does not write
            Tensor from = block.in(backend, gradient, room.other());
            Tensor one = room.one().slice(0, size);
            Tensor other = room.other().slice(0, size);
            Tensor made = roots.get(i).last(one, other);
            roots.get(i).apply(from, one, other, made);
            block.put(backend, made, out);
        }
    }

    void save(State state) {
        roots.forEach(block -> block.save(state));
    }

    void restore(State state) {
        roots.forEach(block -> block.restore(state));
    }

    @Override
    public void close() {
        roots.forEach(BlockRoots::close);
    }
}
