package soopt.spec;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The form of a text or of a list, for {@link Constraints} and for the schema. On a class with {@code parse} it tells
 * the schema what that method reads.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.TYPE})
public @interface Form {
    /** A regular expression of Java and of ECMAScript alike that the whole text matches. */
    String pattern() default "";

    /** What the pattern says, to end a sentence that began with "must be". */
    String words() default "";

    /** Whether a whole number ≥ 1 that the pattern matches may be written without quotes, for the schema. */
    boolean orCount() default false;

    /** Elements that a list has at least. */
    int least() default 0;

    /** Whether the elements of a list must differ. */
    boolean distinct() default false;
}
