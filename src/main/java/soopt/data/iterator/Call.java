package soopt.data.iterator;

import java.lang.reflect.Constructor;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.ForeignConnections;
import soopt.data.fetch.Store;
import soopt.file.NamedFile;

/**
 * An iterator to make and to read.
 *
 * @param type name of its class
 * @param arguments of its constructor, as text
 */
public record Call(String type, List<String> arguments) {
    /** Folder of the store in which Deeplearning4j keeps what it fetches. */
    public static final String FOLDER = "deeplearning4j";

    private static final int LONGEST_REASON = 300;

    /**
     * Makes the iterator and reads it. What it fetches is said to the store's progress; offline it cannot.
     *
     * @param limit number of examples wanted, the first; 0 for all
     * @param jars where classes are looked for beside the program
     * @throws DatasetException whatever goes wrong in it
     */
    public Rows read(int limit, List<NamedFile> jars, Store store) {
        String name = type.substring(type.lastIndexOf('.') + 1);
        try (URLClassLoader loader = loader(jars)) {
            return ForeignConnections.watch(name, store, () -> read(name, limit, loader, store));
        } catch (Exception | LinkageError | AssertionError e) {
            throw failure(name, e, store);
        }
    }

    private Rows read(String name, int limit, ClassLoader loader, Store store) throws ReflectiveOperationException {
        Deeplearning4j.home(store.directory().resolve(FOLDER).toAbsolutePath());
        Class<?> found = IteratorClass.find(type, Deeplearning4j.required(), loader);
        Constructor<?> constructor = IteratorClass.constructor(found, arguments);
        Object iterator = constructor.newInstance(IteratorClass.values(constructor, arguments));
        return Rows.read(name, Deeplearning4j.of(name, iterator), limit, store.progress());
    }

    /** A failure within someone else's code as one line: the deepest cause, which says most. */
    private DatasetException failure(String name, Throwable thrown, Store store) {
        Throwable cause = thrown;
        while (!(cause instanceof DatasetException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof DatasetException known) {
            return known;
        }
        if (cause instanceof VirtualMachineError error) {
            throw error;
        }
        String said = cause.getMessage() == null
                ? ""
                : ": " + cause.getMessage().strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
        String reason = cause.getClass().getSimpleName() + said;
        return new DatasetException(
                name + " failed: " + reason.substring(0, Math.min(LONGEST_REASON, reason.length()))
                        + remedy(cause, store),
                thrown);
    }

    private String remedy(Throwable cause, Store store) {
        if (cause instanceof NoClassDefFoundError || cause instanceof ClassNotFoundException) {
            return "; a class that it needs is not on the class path: name its jar in dataset.jars";
        }
        return type.startsWith("org.deeplearning4j.")
                ? "; what it fetches lies in " + store.directory().resolve(FOLDER)
                        + ", and files that you have belong there"
                : "";
    }

    private static URLClassLoader loader(List<NamedFile> jars) throws MalformedURLException {
        URL[] places = new URL[jars.size()];
        for (int i = 0; i < places.length; i++) {
            NamedFile jar = jars.get(i);
            jar.problem().ifPresent(problem -> {
                throw new DatasetException("dataset.jars: " + problem);
            });
            places[i] = jar.path().toUri().toURL();
        }
        return new URLClassLoader(places, Call.class.getClassLoader());
    }
}
