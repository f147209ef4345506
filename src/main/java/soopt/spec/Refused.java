package soopt.spec;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A key that users look for in the records of a sealed interface and that is deliberately not there. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Refused {
    /** Its names; case, dashes and underscores do not count. */
    String[] keys();

    /** The rest of the sentence "batch-norm is not offered: …". */
    String why();
}
