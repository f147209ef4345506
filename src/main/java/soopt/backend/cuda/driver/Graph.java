package soopt.backend.cuda.driver;

import java.util.Optional;

/**
 * Work that was captured.
 *
 * @param executable what is launched
 * @param captured what it was made from, which its nodes belong to
 * @param nodes by operation, its kernel, which takes other arguments; 0 for none
 * @param tables page-locked memory from which it copies numbers that are the same every time
 */
record Graph(long executable, long captured, long[] nodes, Optional<Device.HostMemory> tables) {
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
