package io.workersupervisor.examples.bench;

import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The programs that a benchmark runs, built for it where there is a C compiler.
 *
 * @param worker the worker; a shell script where there is none
 * @param spawner the raw C loop
 */
record BenchPrograms(Path worker, Optional<Path> spawner) {
    /** A wall-clock stamp; {@link Stamps} turns it into one of {@link System#nanoTime()}. */
    private static final String SCRIPT = """
            #!/bin/sh
            printf 'R %019d %010d\\n' "$(date +%s%N)" "$$" >>"$1"
            exec sleep 1000000
            """;

    static BenchPrograms make(Path directory) throws IOException, InterruptedException {
        Optional<Path> worker = compile("bench-worker", directory);
        Optional<Path> spawner = compile("bench-spawn", directory);
        return new BenchPrograms(worker.isPresent() ? worker.get() : script(directory), spawner);
    }

    private static Path script(Path directory) throws IOException {
        Path file = directory.resolve("bench-worker");
        Files.writeString(file, SCRIPT);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private static Optional<Path> compile(String name, Path directory) throws IOException, InterruptedException {
        Path source = directory.resolve(name + ".c");
        try (InputStream text = BenchPrograms.class.getResourceAsStream(name + ".c")) {
            Files.copy(Objects.requireNonNull(text), source);
        }
        Path program = directory.resolve(name);
        for (List<String> linked : List.of(List.of("-static"), List.<String>of())) {
            List<String> words = new ArrayList<>(List.of("cc", "-O2", "-o", program.toString(), source.toString()));
            words.addAll(linked);
            if (isDone(words)) {
                return Optional.of(program);
            }
        }
        return Optional.empty();
    }

    private static boolean isDone(List<String> words) throws InterruptedException {
        try {
            Process compiler = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!compiler.waitFor(60, TimeUnit.SECONDS)) {
                compiler.destroyForcibly();
                return false;
            }
            return compiler.exitValue() == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    /** The class path of this program, under any loader. */
    static String classPath() {
        return Stream.of(
                        LaunchBench.class.getName(),
                        WorkerSupervisor.class.getName(),
                        SqliteWorkerRegistry.class.getName(),
                        "org.sqlite.JDBC",
                        "org.slf4j.Logger",
                        "org.slf4j.simple.SimpleLogger")
                .map(BenchPrograms::place)
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String place(String className) {
        try {
            return Path.of(Class.forName(className)
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (ClassNotFoundException | URISyntaxException e) {
            throw new IllegalStateException("the class path of " + className + " is unknown", e);
        }
    }
}
