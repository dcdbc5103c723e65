package io.workersupervisor;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A main class of the tests in a JVM of its own: lines go in and come out, and it can be killed. Every wait is bounded. */
public final class HostProcess implements AutoCloseable {
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

    public static HostProcess start(Class<?> main, Object... words) throws IOException {
        return start(List.of(), main, words);
    }

    public static HostProcess start(List<String> options, Class<?> main, Object... words) throws IOException {
        return start(command(options, main, words));
    }

    /** A command that may be another program which runs one of {@link #command}. */
    public static HostProcess start(List<String> command) throws IOException {
        return new HostProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    public static List<String> command(List<String> options, Class<?> main, Object... words) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx96m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        for (Object word : words) {
            command.add(word.toString());
        }
        return command;
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
    public List<String> seen() {
        synchronized (seen) {
            return List.copyOf(seen);
        }
    }

    /** The next line; fails where it prints none. */
    public String line() throws InterruptedException {
        return await("");
    }

    /** The next line that begins with this word, without it; fails where none comes. */
    public String await(String word) throws InterruptedException {
        while (true) {
            String line = poll("waited for '" + word + "'");
            if (line.equals(END)) {
                throw new AssertionError("waited for '" + word + "' and got the end after " + seen());
            }
            if (line.startsWith(word)) {
                return line.substring(word.length()).strip();
            }
        }
    }

    /** Until it prints a line that begins with this word, which may be long ago, or ends; fails where it does neither. */
    public void awaitOrEnd(String word) throws InterruptedException {
        while (seen().stream().noneMatch(line -> line.startsWith(word))) {
            if (poll("waited for '" + word + "'").equals(END)) {
                return;
            }
        }
    }

    /** What else it prints until it ends. */
    public List<String> rest() throws InterruptedException {
        List<String> lines = new ArrayList<>();
        for (String line = poll("waited for its end"); !line.equals(END); line = poll("waited for its end")) {
            lines.add(line);
        }
        return lines;
    }

    private String poll(String what) throws InterruptedException {
        String line = output.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError(what + " and got nothing after " + seen());
        }
        if (line.equals(END)) {
            output.add(END); // for whoever asks again
        }
        return line;
    }

    /** Sends a command without waiting; one that is dead already does not hear it. */
    public HostProcess tell(String command) {
        try {
            process.outputWriter().write(command + "\n");
            process.outputWriter().flush();
        } catch (IOException dead) {
            seen.add("could not be told: " + dead.getMessage());
        }
        return this;
    }

    public String ask(String command) throws InterruptedException {
        return tell(command).await("answer ");
    }

    /** Closes its input, which it takes as the end, and waits until it is gone, however that comes. */
    public void finish() throws InterruptedException {
        try {
            process.outputWriter().close();
        } catch (IOException dead) {
            seen.add("had ended: " + dead.getMessage());
        }
        awaitExit();
    }

    private void awaitExit() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("pid " + process.pid() + " did not end, it said " + seen());
        }
    }

    /** Whether it was ended by SIGKILL. */
    public boolean wasKilled() {
        return !process.isAlive() && process.exitValue() == 128 + 9;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        awaitExit();
    }

    /** SIGKILL, and whatever runs below it must be gone, too. */
    public void killWithDescendants() throws Exception {
        List<ProcessHandle> below = process.descendants().toList();
        kill();
        for (ProcessHandle one : below) {
            one.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
