package io.workersupervisor.examples;

import static org.awaitility.Awaitility.await;

import io.workersupervisor.examples.console.WorkerConsole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs programs of this module in JVMs of their own, and ends whatever they leave running in a data directory. */
public final class Programs implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path home;
    private final Path data;
    private final List<Process> started = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private int outputs;

    /**
     * Begins.
     *
     * @param home where the programs start, and where their output goes
     * @param data the data directory
     */
    public Programs(Path home, Path data) {
        this.home = home;
        this.data = data;
    }

    /** Sets a variable of the programs that are begun from now on. */
    public void environment(String name, String value) {
        environment.put(name, value);
    }

    /** The output of a program, and its end. */
    public record Ended(int exitCode, String out, String err) {}

    /** A program at work. */
    public record Running(Process process, Path out, Path err) {
        public String printed() {
            return read(out);
        }

        public void awaitPrinted(String text) {
            await().until(() -> printed().contains(text));
        }

        public Ended end() throws InterruptedException {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("still runs after " + PATIENCE + ": " + read(out) + read(err));
            }
            return new Ended(process.exitValue(), read(out), read(err));
        }
    }

    public Running begin(Class<?> program, String... words) throws IOException {
        return begin(command(program, words));
    }

    /** A command that runs a program in a JVM as quiet as the packaged console's, on every JDK. */
    public static List<String> command(Class<?> program, String... words) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(List.of(words));
        return command;
    }

    public Running begin(List<String> command) throws IOException {
        Path out = home.resolve("out-" + ++outputs);
        Path err = home.resolve("err-" + outputs);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        // Of a server that is given to the tests, these are not for the programs.
        builder.environment().keySet().removeAll(Set.of("WORKER_MONGO_URI", "WORKER_MONGO_PASSWORD", "WORKER_DATA"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return new Running(process, out, err);
    }

    public Ended console(String... words) throws IOException, InterruptedException {
        return begin(WorkerConsole.class, words).end();
    }

    /** The processes whose environment says that they are workers of the data directory. */
    public List<ProcessHandle> workers() {
        return processes("environ", "\0WORKER_DATA=" + data + "\0");
    }

    /** Ends the programs, the workers and whatever they left behind, and waits for their launchers. */
    @Override
    public void close() {
        started.forEach(Process::destroyForcibly);
        await().until(() -> started.stream().noneMatch(Process::isAlive));
        await().until(() -> {
            workers().forEach(ProcessHandle::destroyForcibly);
            return workers().isEmpty()
                    && processes("cmdline", "\0" + data + "\0").isEmpty();
        });
    }

    /** The processes that hold a text, byte by byte, in a file of theirs in {@code /proc}. */
    public static List<ProcessHandle> processes(String file, String text) {
        return ProcessHandle.allProcesses()
                .filter(process -> holds(Path.of("/proc", Long.toString(process.pid()), file), text))
                .toList();
    }

    private static boolean holds(Path file, String text) {
        try {
            return ("\0" + Files.readString(file, StandardCharsets.ISO_8859_1)).contains(text);
        } catch (IOException gone) {
            return false;
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything below a directory with size and time, to see whether something was made or changed. */
    public static List<String> listing(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            List<String> lines = new ArrayList<>();
            for (Path path : all.sorted().toList()) {
                lines.add(path + " " + Files.size(path) + " " + Files.getLastModifiedTime(path));
            }
            return lines;
        }
    }
}
