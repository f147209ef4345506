/**
 * The experiment file and the records it describes. The record is the schema: this package knows no other of soopt.
 *
 * <p>A component {@code stepSize} is the key {@code step-size}. Components are int, long, double, boolean, String,
 * Path, enums, records, sealed interfaces (choices, named by {@code type}), classes with {@code public static T
 * parse(String)} whose toString gives that text back, and List, Map with String keys and Optional of all these.
 * {@link soopt.spec.Default} gives the value of a key left out, {@link soopt.spec.Range} its limits, {@link
 * soopt.spec.Doc} its meaning; {@link soopt.spec.Inline} puts the keys of one record among those of another; {@link
 * soopt.spec.Refused} on a sealed interface says why a key is not there. Other rules go into compact constructors, as
 * an {@link java.lang.IllegalArgumentException} whose message begins with the component's name: the user then sees it
 * with the position in the file.
 *
 * <p>Records call {@link soopt.spec.Constraints#check} first in their compact constructor, so that the limits hold from
 * Java too.
 */
package soopt.spec;
