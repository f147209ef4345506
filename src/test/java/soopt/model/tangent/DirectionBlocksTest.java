package soopt.model.tangent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectionBlocksTest {
    private static List<Round> rounds(DirectionBlocks blocks) {
        List<Round> rounds = new ArrayList<>();
        blocks.forEachRound(rounds::add);
        return rounds;
    }

    @ParameterizedTest
    @CsvSource({"7, 1, 1", "7, 3, 2", "7, 4, 2", "7, 7, 2", "9, 3, 2", "7, 4, 3", "11, 5, 3", "6, 6, 3"})
    void everyEntry_isCountedOnce(int groups, int blocks, int together) {
        int[] single = new int[groups];
        int[][] pairs = new int[groups][groups];
        int[][][] triples = new int[groups][groups][groups];
        for (Round round : rounds(new DirectionBlocks(groups, blocks, together))) {
            for (int i = 0; i < round.size(); i++) {
                single[round.group(i)] += round.counts(i) ? 1 : 0;
                assertTrue(!round.counts(i) || round.fewest() == 1);
                for (int j = 0; j < round.size(); j++) {
                    pairs[round.group(i)][round.group(j)] += round.counts(i, j) ? 1 : 0;
                    assertTrue(!round.counts(i, j) || round.fewest() <= 2);
                    for (int k = 0; k < round.size(); k++) {
                        triples[round.group(i)][round.group(j)][round.group(k)] += round.counts(i, j, k) ? 1 : 0;
                    }
                }
            }
        }
        assertTrue(Arrays.stream(single).allMatch(count -> count == 1), Arrays.toString(single));
        assertTrue(Arrays.stream(pairs).flatMapToInt(Arrays::stream).allMatch(count -> count == 1));
        assertTrue(together == 2
                || Arrays.stream(triples)
                        .flatMap(Arrays::stream)
                        .flatMapToInt(Arrays::stream)
                        .allMatch(count -> count == 1));
    }

    @ParameterizedTest
    @CsvSource({"7, 1, 1", "7, 3, 2", "10, 4, 2", "7, 7, 2", "7, 4, 3", "11, 5, 3"})
    void counts_areThoseOfTheRounds(int groups, int blocks, int together) {
        DirectionBlocks cut = new DirectionBlocks(groups, blocks, together);
        int[] holding = new int[groups];
        int[] holdingSecond = new int[groups];
        int most = 0;
        for (Round round : rounds(cut)) {
            most = Math.max(most, round.size());
            for (int i = 0; i < round.size(); i++) {
                holding[round.group(i)]++;
                holdingSecond[round.group(i)] += round.fewest() == 1 ? 1 : 0;
            }
        }
        assertEquals(rounds(cut).size(), cut.rounds());
        assertEquals(most, cut.atOnce());
        for (int s = 0; s < groups; s++) {
            assertEquals(holding[s], cut.roundsPerDirection());
            assertEquals(holdingSecond[s], cut.thirdOrderRounds(s));
        }
    }
}
