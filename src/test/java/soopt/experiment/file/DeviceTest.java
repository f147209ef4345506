package soopt.experiment.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.spec.Form;

class DeviceTest {
    private static final Pattern FORM =
            Pattern.compile(Device.class.getAnnotation(Form.class).pattern());

    @ParameterizedTest
    @ValueSource(strings = {"auto", "cpu", "cuda", "cuda:1", "cuda:12"})
    void word_isReadAndWrittenTheSame(String text) {
        assertEquals(text, Device.parse(text).toString());
        assertTrue(FORM.matcher(text).matches());
    }

    @Test
    void firstGpu_hasOneText() {
        assertEquals("cuda", Device.parse("cuda:0").toString());
        assertEquals(Device.parse("cuda"), Device.parse("cuda:0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu", "CUDA", "cuda:", "cuda:-1", "cuda:1000", "cuda:01", "cuda 1", ""})
    void otherText_isRefused_withTheChoices(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> Device.parse(text))
                .getMessage();
        assertTrue(message.startsWith("must be one of auto, cpu, cuda, cuda:N, but is "), message);
        assertTrue(!FORM.matcher(text).matches());
    }
}
