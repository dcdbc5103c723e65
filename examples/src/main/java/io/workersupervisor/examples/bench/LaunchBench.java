package io.workersupervisor.examples.bench;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Measures the launch paths of the library beside plain {@link ProcessBuilder} and raw C, in one run: the paths take turns,
 * each in a process of its own that obeys the orders of {@link PeerBench}. A start counts until the worker's own first
 * instruction. What the library does is durable: SQLite, with a sync to disk. Single starts and restarts of every path are
 * preceded by as many that do not count, so that all JVMs have settled alike: twenty, or what {@code --settled} says.
 *
 * <pre>{@code
 * mvn -q compile exec:java -Dexec.mainClass=io.workersupervisor.examples.bench.LaunchBench -Dexec.args="--dir /dev/shm"
 * }</pre>
 *
 * Options: {@code --dir DIR} (its file system counts), {@code --paths keeper,sh,java,c}, {@code --sizes 1,200,1000} (memory is
 * measured of the largest and of twice as many), {@code --crowd 200} (killed, stopped and idle together), {@code --rounds 5},
 * {@code --metrics start,steps,restart,crash,memory,idle}, {@code --settled 20}, {@code --idle-seconds 60},
 * {@code --start-grace 0} (ms), {@code --minutes 45} (no round begins later) and {@code --jvm FLAGS}.
 */
public final class LaunchBench {
    private final BenchOptions options;
    private final Measurements measurements;
    private final long deadline;

    private LaunchBench(BenchOptions options, BenchPrograms programs) {
        this.options = options;
        this.measurements = new Measurements(options, programs);
        this.deadline = System.nanoTime() + options.limit().toNanos();
    }

    /**
     * Runs the measurement and prints it as Markdown.
     *
     * @param args as above
     * @throws IOException if the directory cannot be used
     * @throws InterruptedException if it is to end
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        BenchOptions options;
        try {
            options = BenchOptions.parse(List.of(args));
        } catch (IllegalArgumentException wrong) {
            System.err.println("LaunchBench: " + wrong.getMessage());
            return;
        }
        Path built = Files.createTempDirectory("launch-bench");
        try {
            BenchPrograms programs = BenchPrograms.make(built);
            new LaunchBench(withWhatIsThere(options, programs), programs).run();
        } finally {
            try (Stream<Path> all = Files.list(built)) {
                all.forEach(path -> path.toFile().delete());
            }
            Files.delete(built);
        }
    }

    private static BenchOptions withWhatIsThere(BenchOptions options, BenchPrograms programs) {
        if (programs.spawner().isPresent()) {
            return options;
        }
        System.out.println("No C compiler (cc): the worker is a shell script, and path c is left out.\n");
        return options.with(
                options.paths().stream().filter(path -> path != BenchPath.C).toList());
    }

    private void run() throws IOException, InterruptedException {
        FileStore store = Files.getFileStore(options.directory());
        System.out.printf(
                "%s (%s), %d processors, JDK %s, flags %s; %d rounds, paths take turns; start grace %d ms (the library's"
                        + " default is 500), restarts by ensure from a WorkerListener.%n%n",
                options.directory(),
                store.type(),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().feature(),
                options.flags(),
                options.rounds(),
                options.startGrace().toMillis());
        options.metrics().stream().sorted(Comparator.naturalOrder()).forEach(this::measure);
        System.out.println(BenchReport.table(
                "median (best), ratio to java",
                measurements.samples(),
                options.paths().stream().map(BenchPath::toString).toList(),
                BenchPath.JAVA.toString()));
        List<String> explained = options.paths().stream()
                .filter(BenchPath::isSupervised)
                .flatMap(path -> Stream.of(path + " start", path + " restart"))
                .toList();
        if (!measurements.steps().rows().isEmpty()) {
            System.out.println(
                    "\n" + BenchReport.table("where the time goes, ms", measurements.steps(), explained, ""));
        }
    }

    private void measure(BenchOptions.Metric metric) {
        if (metric == BenchOptions.Metric.IDLE) {
            attempt("idle", measurements::idle);
            return;
        }
        for (int round = 1; round <= options.rounds(); round++) {
            for (BenchPath path : options.paths()) {
                attempt(metric + ", " + path + ", round " + round, () -> measurements.measure(metric, path));
            }
        }
    }

    /** A measurement, or a part of one. */
    private interface Part {
        void run() throws IOException, InterruptedException;
    }

    /** A failing one is reported and missing; the others go on. */
    private void attempt(String what, Part part) {
        if (System.nanoTime() > deadline) {
            System.err.println(what + ": left out, the time is up");
            return;
        }
        long begin = System.nanoTime();
        try {
            part.run();
            System.err.printf("%s: %.1f s%n", what, (System.nanoTime() - begin) / 1e9);
        } catch (IOException | RuntimeException failed) {
            System.err.println(what + " failed: " + failed);
        } catch (InterruptedException stop) {
            throw new IllegalStateException("interrupted", stop);
        }
    }
}
