package io.workersupervisor.examples.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** One path at work in a process and a directory of its own. Closing it ends everything that it started. */
final class BenchSession implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String MARK = "BENCH_SESSION";

    private final Path directory;
    private final Stamps stamps;
    private final Process host;
    private final BufferedReader answers;
    private final Thread hook = new Thread(this::end);

    private BenchSession(BenchPath path, BenchOptions options, BenchPrograms programs, int count, boolean traced)
            throws IOException {
        this.directory = Files.createTempDirectory(options.directory(), "launch-bench");
        this.stamps = new Stamps(directory.resolve("stamps"));
        List<String> command = path.command(options, programs, directory, count);
        if (traced) {
            command.addAll(List.of("--trace", trace().toString()));
        }
        command.addAll(List.of("--", stamps.file().toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(directory.resolve("host.err").toFile())
                .directory(new File("/"));
        builder.environment().put(MARK, directory.toString());
        Runtime.getRuntime().addShutdownHook(hook);
        this.host = builder.start();
        this.answers = host.inputReader(StandardCharsets.UTF_8);
    }

    /** Up, with nothing started. */
    static BenchSession open(BenchPath path, BenchOptions options, BenchPrograms programs, int count)
            throws IOException, InterruptedException {
        return ready(new BenchSession(path, options, programs, count, false));
    }

    /** As {@link #open}; where the library is at work, the times of its registry calls are written down, too. */
    static BenchSession traced(BenchPath path, BenchOptions options, BenchPrograms programs, int count)
            throws IOException, InterruptedException {
        return ready(new BenchSession(path, options, programs, count, path.isSupervised()));
    }

    private static BenchSession ready(BenchSession session) throws IOException, InterruptedException {
        try {
            session.await("READY");
            Thread.sleep(300);
            return session;
        } catch (IOException | InterruptedException failed) {
            session.close();
            throw failed;
        }
    }

    /** The time of the order. */
    long order(String word) throws IOException {
        long now = System.nanoTime();
        Writer orders = host.outputWriter(StandardCharsets.UTF_8);
        orders.write(word + "\n");
        orders.flush();
        return now;
    }

    void await(String word) throws IOException, InterruptedException {
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(this::line);
        try {
            String said = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (!said.equals(word)) {
                throw new IOException("wanted " + word + ", was '" + said + "': "
                        + Files.readString(directory.resolve("host.err")).strip());
            }
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException("no " + word + " within " + PATIENCE, e);
        }
    }

    private String line() {
        try {
            String line = answers.readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts all; milliseconds until the last of them runs. */
    double start(int count) throws IOException, InterruptedException {
        int before = stamps.count();
        long begin = order("start");
        List<Stamps.Stamp> all = stamps.await(before + count, PATIENCE);
        await("STARTED");
        return (Stamps.last(all) - begin) / 1e6;
    }

    Stamps stamps() {
        return stamps;
    }

    Path trace() {
        return directory.resolve("trace");
    }

    /** The processes of the supervisor's side: all but the workers. */
    List<Long> side() throws IOException {
        Set<Long> workers = new HashSet<>();
        stamps.all().forEach(stamp -> workers.add(stamp.pid()));
        return SessionProcesses.of(directory).stream()
                .filter(pid -> !workers.contains(pid))
                .toList();
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(hook);
        end();
    }

    /** Host first, so that it replaces nothing. */
    private void end() {
        host.destroyForcibly();
        host.onExit().join();
        for (int tries = 0; tries < 100; tries++) {
            List<Long> left = SessionProcesses.of(directory);
            if (left.isEmpty()) {
                break;
            }
            left.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            pause();
        }
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
