package soopt.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectionBlocksTest {
    private static List<Sweep> sweeps(DirectionBlocks blocks) {
        List<Sweep> sweeps = new ArrayList<>();
        blocks.forEachSweep(sweeps::add);
        return sweeps;
    }

    @ParameterizedTest
    @CsvSource({"7, 1, 1", "7, 3, 2", "7, 4, 2", "7, 7, 2", "9, 3, 2", "7, 4, 3", "11, 5, 3", "6, 6, 3"})
    void everyEntry_isCountedOnce(int groups, int blocks, int together) {
        int[] single = new int[groups];
        int[][] pairs = new int[groups][groups];
        int[][][] triples = new int[groups][groups][groups];
        for (Sweep sweep : sweeps(new DirectionBlocks(groups, blocks, together))) {
            for (int i = 0; i < sweep.size(); i++) {
                single[sweep.group(i)] += sweep.counts(i) ? 1 : 0;
                assertTrue(!sweep.counts(i) || sweep.fewest() == 1);
                for (int j = 0; j < sweep.size(); j++) {
                    pairs[sweep.group(i)][sweep.group(j)] += sweep.counts(i, j) ? 1 : 0;
                    assertTrue(!sweep.counts(i, j) || sweep.fewest() <= 2);
                    for (int k = 0; k < sweep.size(); k++) {
                        triples[sweep.group(i)][sweep.group(j)][sweep.group(k)] += sweep.counts(i, j, k) ? 1 : 0;
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
    void counts_areThoseOfTheSweeps(int groups, int blocks, int together) {
        DirectionBlocks cut = new DirectionBlocks(groups, blocks, together);
        int[] holding = new int[groups];
        int[] holdingSecond = new int[groups];
        int most = 0;
        for (Sweep sweep : sweeps(cut)) {
            most = Math.max(most, sweep.size());
            for (int i = 0; i < sweep.size(); i++) {
                holding[sweep.group(i)]++;
                holdingSecond[sweep.group(i)] += sweep.fewest() == 1 ? 1 : 0;
            }
        }
        assertEquals(sweeps(cut).size(), cut.sweeps());
        assertEquals(most, cut.atOnce());
        for (int s = 0; s < groups; s++) {
            assertEquals(holding[s], cut.sweepsPerDirection());
            assertEquals(holdingSecond[s], cut.thirdOrderSweeps(s));
        }
    }
}
