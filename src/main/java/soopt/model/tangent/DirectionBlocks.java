package soopt.model.tangent;

import java.util.function.Consumer;

/**
 * S directions cut into k blocks of ⌊S/k⌋ or ⌈S/k⌉. One round for each choice of m blocks, over their union, holds
 * every m directions at once: m = 2 for the entries of H̄, m = 3 for those of the full D̄³.
 *
 * @param groups S
 * @param blocks k, in [m, S]; 1 for a single round
 * @param together m; 1 for a single round
 */
public record DirectionBlocks(int groups, int blocks, int together) {
    /** All directions in one round. */
    public static DirectionBlocks whole(int groups) {
        return new DirectionBlocks(groups, 1, 1);
    }

    /** The first group of a block. */
    int first(int block) {
        return (int) ((long) block * groups / blocks);
    }

    /** Number of groups in a block. */
    int length(int block) {
        return first(block + 1) - first(block);
    }

    /** The most directions that a round holds. */
    public int atOnce() {
        return together * (groups / blocks) + Math.min(together, groups % blocks);
    }

    /** Number of rounds: k over m. */
    public long rounds() {
        return choose(blocks, together);
    }

    /** Number of rounds that hold a given direction: k − 1 over m − 1. */
    public long roundsPerDirection() {
        return choose(blocks - 1, together - 1);
    }

    /**
     * Number of rounds that carry second-order tangents of a given direction: D̄³_sss is counted beside the first m − 1
     * blocks.
     */
    public int thirdOrderRounds(int group) {
        return group < first(together - 1) ? blocks - together + 1 : 1;
    }

    private static long choose(int n, int k) {
        long result = 1;
        for (int i = 0; i < k; i++) {
            result = result * (n - i) / (i + 1);
        }
        return result;
    }

    /** The rounds in lexicographic order of their blocks. */
    public void forEachRound(Consumer<Round> action) {
        visit(new int[together], 0, 0, action);
    }

    private void visit(int[] chosen, int depth, int from, Consumer<Round> action) {
        if (depth == together) {
            action.accept(new Round(this, chosen));
            return;
        }
        for (int block = from; block <= blocks - (together - depth); block++) {
            chosen[depth] = block;
            visit(chosen, depth + 1, block + 1, action);
        }
    }
}
