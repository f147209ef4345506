package soopt.data.fetch;

import java.nio.file.Path;
import java.util.List;

/**
 * The files a data set consists of and where they come from.
 *
 * @param name name of the data set
 * @param folderName of its folder in the store
 * @param description one line
 * @param licence one line
 * @param citation one line
 * @param files in an order that the data set knows
 * @param sources where to fetch them, tried in this order
 */
public record DatasetFiles(
        String name,
        String folderName,
        String description,
        String licence,
        String citation,
        List<DatasetFile> files,
        List<Source> sources) {

    /** Files in a folder that is called as the data set is. */
    public DatasetFiles(
            String name,
            String description,
            String licence,
            String citation,
            List<DatasetFile> files,
            List<Source> sources) {
        this(name, name, description, licence, citation, files, sources);
    }

    /** The folder of its files. */
    public Path folder(Store store) {
        return store.directory().resolve(folderName);
    }

    /** Files that are in the folder under no name. */
    public List<DatasetFile> missing(Path folder) {
        return files.stream().filter(file -> file.in(folder).isEmpty()).toList();
    }

    /**
     * The tested contents of one of the files.
     *
     * @throws DatasetException if it is missing or damaged
     */
    public byte[] read(DatasetFile file, Path folder) {
        Path path = file.in(folder)
                .orElseThrow(() -> new DatasetException(folder.resolve(file.name()) + " is missing; " + remedy()));
        try {
            return file.read(path);
        } catch (DamagedFileException e) {
            throw new DatasetException(path + " " + e.getMessage() + "; " + remedy(), e);
        }
    }

    /** What a user can do about files that are missing or wrong. */
    public String remedy() {
        return sources.isEmpty()
                ? "it is part of the program: start it with scripts/soopt, or set -Dsoopt.home to its folder"
                : "run 'soopt datasets fetch " + name + "', or 'soopt datasets import " + name
                        + " <folder>' with files you have";
    }
}
