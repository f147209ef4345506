package soopt.spec;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The keys of this component's record are written among those of the record that has it, not below a key of its own:
 * {@code record Sgd(double stepSize, @Inline Direction.Sgd direction)} is {@code {step-size: 0.1, momentum: 0.9}}. The
 * defaults, ranges and meanings are those of the inner record; no two keys may be the same.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Inline {}
