package io.workersupervisor.examples;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * Measures how long a start takes until the worker's first instruction, through the public API with the durable SQLite
 * registry, beside a plain {@link ProcessBuilder} start of the same worker. Both take turns in one run.
 *
 * <pre>{@code
 * mvn -q compile exec:java -Dexec.mainClass=io.workersupervisor.examples.StartBench -Dexec.args="200"
 * }</pre>
 */
public final class StartBench {
    private StartBench() {}

    /**
     * Runs the measurement.
     *
     * @param args how many starts of each kind, by default 100, and the directory to work in, by default a new temporary one
     * @throws IOException if the directory cannot be used
     */
    public static void main(String[] args) throws IOException {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 100;
        Path directory = args.length > 1 ? Path.of(args[1]) : Files.createTempDirectory("start-bench");
        DataDirectory data = DataDirectory.open(directory.resolve("data"));
        double[] plain = new double[count];
        double[] supervised = new double[count];
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data);
                WorkerSupervisor supervisor = WorkerSupervisor.builder(data, registry)
                        .onClose(WorkerSupervisor.OnClose.STOP_WORKERS)
                        .build()) {
            int warmUp = Math.max(10, count / 5);
            for (int i = -warmUp; i < count; i++) {
                double direct = plain(directory, i);
                double safe = supervised(supervisor, directory, i);
                if (i >= 0) {
                    plain[i] = direct;
                    supervised[i] = safe;
                }
            }
        }
        print("plain ProcessBuilder", plain);
        print("WorkerSupervisor.start", supervised);
        System.out.printf(
                Locale.ROOT,
                "ratio                   p50 %.1f  p95 %.1f%n",
                percentile(supervised, 50) / percentile(plain, 50),
                percentile(supervised, 95) / percentile(plain, 95));
    }

    private static String[] worker(Path marker) {
        return new String[] {"/bin/sh", "-c", ": >\"$0\"; exec sleep 60", marker.toString()};
    }

    private static double plain(Path directory, int i) throws IOException {
        Path marker = directory.resolve("plain" + i);
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(worker(marker)).start();
        await(marker);
        double millis = (System.nanoTime() - begin) / 1e6;
        process.destroyForcibly();
        return millis;
    }

    private static double supervised(WorkerSupervisor supervisor, Path directory, int i) throws IOException {
        Path marker = directory.resolve("safe" + i);
        AccountId account = AccountId.of(i);
        WorkerSpec spec = WorkerSpec.builder(account, worker(marker))
                .startGrace(Duration.ZERO)
                .build();
        long begin = System.nanoTime();
        supervisor.start(spec).orElseThrow();
        await(marker);
        double millis = (System.nanoTime() - begin) / 1e6;
        supervisor.stop(account);
        return millis;
    }

    private static void await(Path marker) throws IOException {
        while (!Files.exists(marker)) {
            Thread.onSpinWait();
        }
        Files.delete(marker);
    }

    private static void print(String name, double[] millis) {
        System.out.printf(
                Locale.ROOT, "%-22s  p50 %.1f ms  p95 %.1f ms%n", name, percentile(millis, 50), percentile(millis, 95));
    }

    private static double percentile(double[] millis, int percent) {
        double[] sorted = millis.clone();
        Arrays.sort(sorted);
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }
}
