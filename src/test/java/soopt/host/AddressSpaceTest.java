package soopt.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AddressSpaceTest {
    private static final List<String> STATUS = List.of("Name:\tjava", "VmSize:\t 1000 kB");

    @Test
    void limit_lessWhatIsReserved_isLeft() {
        List<String> limits = List.of("Max address space         4096000              unlimited            bytes     ");
        assertEquals(OptionalLong.of(4096000 - 1024000), AddressSpace.left(limits, STATUS));
    }

    @Test
    void withoutLimit_orWithoutProc_thereIsNoNumber() {
        List<String> limits = List.of("Max address space         unlimited            unlimited            bytes     ");
        assertEquals(OptionalLong.empty(), AddressSpace.left(limits, STATUS));
        assertEquals(OptionalLong.empty(), AddressSpace.left(List.of(), List.of()));
    }
}
