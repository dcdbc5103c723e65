package io.workersupervisor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A main class of these tests in a JVM of its own: lines go in and come out, and it can be killed. */
final class HostProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 90;
    private static final String END = "\0";

    private final Process process;
    private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

    private HostProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "host-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    static HostProcess start(WorkerEvidence evidence, Class<?> main, Map<String, String> properties, Object... words)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx96m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-Djava.io.tmpdir=" + evidence.top().resolve("tmp"));
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.add(evidence.top().toString());
        for (Object word : words) {
            command.add(word.toString());
        }
        return new HostProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                seen.add(line);
                output.add(line);
            }
        } catch (IOException killed) {
            seen.add("the pipe broke: " + killed.getMessage());
        } finally {
            output.add(END);
        }
    }

    /** Everything it has printed so far. */
    List<String> seen() {
        synchronized (seen) {
            return List.copyOf(seen);
        }
    }

    /** The next line that begins with this word, without it; fails where none comes. */
    String await(String word) throws InterruptedException {
        while (true) {
            String line = output.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (line == null || line.equals(END)) {
                throw new AssertionError("waited for '" + word + "' and got " + (line == null ? "nothing" : "the end")
                        + " after " + seen());
            }
            if (line.startsWith(word)) {
                return line.substring(word.length()).strip();
            }
        }
    }

    /** Sends a command without waiting; one that is dead already does not hear it. */
    HostProcess tell(String command) {
        try {
            process.outputWriter().write(command + "\n");
            process.outputWriter().flush();
        } catch (IOException dead) {
            seen.add("could not be told: " + dead.getMessage());
        }
        return this;
    }

    String ask(String command) throws InterruptedException {
        return tell(command).await("answer ");
    }

    /** Closes its input, which it takes as the end, and waits until it is gone, however that comes. */
    void finish() throws InterruptedException {
        try {
            process.outputWriter().close();
        } catch (IOException dead) {
            seen.add("had ended: " + dead.getMessage());
        }
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the host did not end, it said " + seen());
        }
    }

    /** Whether it was ended by SIGKILL. */
    boolean wasKilled() {
        return !process.isAlive() && process.exitValue() == 128 + 9;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.inputReader().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalStateException readElsewhere) {
            seen.add("closed");
        }
    }
}
