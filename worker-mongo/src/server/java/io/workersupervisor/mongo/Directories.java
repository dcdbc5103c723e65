package io.workersupervisor.mongo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Directories of the tests' servers, which are named after the JVM that made them. */
final class Directories {
    private static final String BEGIN = "worker-mongo-";

    private Directories() {}

    /** A new one, after those were deleted whose JVM is dead. */
    static Path make() throws IOException {
        Path place = Path.of(System.getProperty("mongo.directory", System.getProperty("java.io.tmpdir")));
        try (Stream<Path> old = Files.list(place)) {
            old.filter(Directories::isOrphan).forEach(Directories::delete);
        }
        return Files.createTempDirectory(place, BEGIN + ProcessHandle.current().pid() + "-");
    }

    private static boolean isOrphan(Path path) {
        String name = path.getFileName().toString();
        if (!name.matches(BEGIN + "[0-9]+-[0-9]+")) {
            return false;
        }
        long pid = Long.parseLong(name.substring(BEGIN.length(), name.lastIndexOf('-')));
        return ProcessHandle.of(pid).isEmpty();
    }

    static void delete(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
