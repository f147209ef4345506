package soopt.model.tangent;

import java.util.Arrays;

/**
 * The groups whose tangents are carried through the network at once: the union of blocks of a {@link DirectionBlocks}.
 * Inside a round a direction is known by its position among them.
 *
 * <p>An entry of ḡ, H̄ or D̄³ is counted in the first round, in lexicographic order of blocks, that holds all of its
 * directions: the one whose blocks beyond the least block left out all occur in the entry.
 */
public final class Round {
    private final int[] groups;
    /** By position, the bit of its block in this round. */
    private final int[] bits;
    /** Bits of the blocks beyond the least block left out. */
    private final int required;

    private final boolean only;

    /** @param chosen indices of blocks, ascending */
    Round(DirectionBlocks blocks, int[] chosen) {
        int size = Arrays.stream(chosen).map(blocks::length).sum();
        groups = new int[size];
        bits = new int[size];
        int leftOut = 0;
        int beyond = 0;
        int position = 0;
        for (int b = 0; b < chosen.length; b++) {
            leftOut += chosen[b] == leftOut ? 1 : 0;
            beyond |= chosen[b] >= leftOut ? 1 << b : 0;
            for (int i = 0; i < blocks.length(chosen[b]); i++) {
                groups[position] = blocks.first(chosen[b]) + i;
                bits[position++] = 1 << b;
            }
        }
        required = beyond;
        only = blocks.rounds() == 1;
    }

    /** All of so many groups. */
    static Round whole(int groups) {
        return new Round(DirectionBlocks.whole(groups), new int[] {0});
    }

    /** Whether no other round follows or went before. */
    public boolean isOnly() {
        return only;
    }

    /** Number of directions. */
    int size() {
        return groups.length;
    }

    /** The group s at a position. */
    int group(int position) {
        return groups[position];
    }

    /**
     * The least number of directions of an entry that is counted here: 2 if entries of H̄ are, but none of ḡ and
     * D̄³_sss.
     */
    public int fewest() {
        return Math.max(1, Integer.bitCount(required));
    }

    /** Whether the entry of one direction is counted here. */
    boolean counts(int i) {
        return (required & ~bits[i]) == 0;
    }

    /** Whether the entry of two directions is counted here. */
    boolean counts(int i, int j) {
        return (required & ~(bits[i] | bits[j])) == 0;
    }

    /** Whether the entry of three directions is counted here. */
    boolean counts(int i, int j, int k) {
        return (required & ~(bits[i] | bits[j] | bits[k])) == 0;
    }
}
