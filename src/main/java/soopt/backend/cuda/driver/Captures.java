package soopt.backend.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.Optional;
import soopt.backend.cuda.driver.Device.HostMemory;
import soopt.backend.cuda.driver.Tape.Kind;
import soopt.backend.cuda.library.CudaException;

/** Makes graphs of operations, and tells them other scalars. */
final class Captures {
    /** CUDA_KERNEL_NODE_PARAMS in its first version: a function, seven sizes, parameters, extra. */
    private static final int NODE_BYTES = 56;

    private static final int HALF = 32;

    /**
     * Work that was captured.
     *
     * @param executable what is launched
     * @param captured what it was made from, which its nodes belong to
     * @param nodes by operation, its kernel, which takes other arguments; 0 for none
     * @param tables page-locked memory from which it copies numbers that are the same every time
     */
    record Graph(long executable, long captured, long[] nodes, Optional<HostMemory> tables) {
        boolean takesScalars(int operation) {
            return nodes[operation] != 0;
        }

        /** What is under way ends first; a device that failed is not asked whether it does. */
        void close() {
            GraphApi.cuGraphExecDestroy(executable);
            GraphApi.cuGraphDestroy(captured);
            tables.ifPresent(memory -> DriverApi.cuMemFreeHost(memory.address()));
        }
    }

    private final Device device;
    private final boolean hasNodes = Driver.hasNodes();
    private final Arguments arguments = new Arguments();
    private final Memory out = new Memory(Long.BYTES);
    private final Memory node = new Memory(NODE_BYTES);
    /** Status, id, graph, and the nodes that the next one would depend on with their number. */
    private final Memory info = new Memory(5L * Long.BYTES);

    Captures(Device device) {
        this.device = device;
    }

    /**
     * The operations [from, to) as a graph.
     *
     * @throws CudaException if the driver, or a library, does not capture one of them
     */
    Graph graph(Tape tape, int from, int to) {
        Optional<HostMemory> tables = tables(tape, from, to);
        long[] nodes = new long[to - from];
        long captured = device.capture(() -> record(tape, from, nodes, tables));
        out.setLong(0, 0);
        int code = GraphApi.cuGraphInstantiateWithFlags(Pointer.nativeValue(out), captured, 0);
        Graph made = new Graph(out.getLong(0), captured, nodes, tables);
        if (code != 0) {
            made.close();
        }
        Driver.check("cuGraphInstantiate", code);
        return made;
    }

    /** @param nodes receives the nodes of the operations whose scalars may change */
    private void record(Tape tape, int from, long[] nodes, Optional<HostMemory> tables) {
        long table = tables.map(HostMemory::address).orElse(0L);
        for (int i = 0; i < nodes.length; i++) {
            int operation = from + i;
            if (tape.kind(operation) == Kind.TABLE) {
                long bytes = tape.word(operation, 0) * Long.BYTES;
                device.copyIn(table, tape.word(operation, 1), bytes);
                table += bytes;
            } else {
                device.perform(tape, operation);
                nodes[i] = hasNodes && tape.scalars(operation) != 0 ? lastNode() : 0;
            }
        }
    }

    /** What was captured last, which the next operation would depend on; 0 if the driver does not say. */
    private long lastNode() {
        long at = Pointer.nativeValue(info);
        int code = GraphApi.Nodes.cuStreamGetCaptureInfo_v2(device.stream(), at, at + 8, at + 16, at + 24, at + 32);
        return code == 0 && info.getLong(32) == 1 ? info.getPointer(24).getLong(0) : 0;
    }

    /** Gives a kernel of a graph the arguments of an operation from its next launch on. */
    void update(Graph graph, int operation, Tape tape, int i) {
        long grid = tape.word(i, 1);
        long block = tape.word(i, 2);
        int[] sizes = {(int) (grid >>> HALF), (int) grid, 1, (int) (block >>> HALF), (int) block, 1, 0, 0};
        node.setLong(0, tape.word(i, 0));
        node.write(Long.BYTES, sizes, 0, sizes.length);
        node.setLong(NODE_BYTES - 2L * Long.BYTES, 0);
        node.setLong(NODE_BYTES - Long.BYTES, arguments.take(tape, i).list());
        Driver.check(
                "cuGraphExecKernelNodeSetParams",
                GraphApi.Nodes.cuGraphExecKernelNodeSetParams(
                        graph.executable(), graph.nodes()[operation], Pointer.nativeValue(node)));
    }

    /** The numbers of all tables of those operations, one after another. */
    private Optional<HostMemory> tables(Tape tape, int from, int to) {
        long numbers = 0;
        for (int i = from; i < to; i++) {
            numbers += tape.kind(i) == Kind.TABLE ? tape.word(i, 0) : 0;
        }
        if (numbers == 0) {
            return Optional.empty();
        }
        HostMemory memory = device.allocateHost(Math.toIntExact(numbers * Long.BYTES));
        for (int i = from; i < to; i++) {
            if (tape.kind(i) == Kind.TABLE) {
                for (long number : tape.wordsFrom(i, 2)) {
                    memory.bytes().putLong(number);
                }
            }
        }
        return Optional.of(memory);
    }
}
