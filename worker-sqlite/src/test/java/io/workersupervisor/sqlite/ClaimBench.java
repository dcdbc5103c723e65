package io.workersupervisor.sqlite;

import io.workersupervisor.AccountId;
import io.workersupervisor.Rows;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Claims per second, durable, from one thread and from several that share a registry, beside the bare autocommit inserts
 * of the {@code sqlite3} program on the same file system, in short turns; medians, as other work on the disk disturbs
 * each turn. A row is what a real one is: about 700 bytes.
 *
 * <pre>
 * mvn -q -pl worker-core,worker-sqlite -am test-compile dependency:build-classpath -Dmdep.outputFile=target/cp
 * java -cp worker-sqlite/target/test-classes:worker-sqlite/target/classes:worker-core/target/classes:$(cat \
 *     worker-sqlite/target/cp) io.workersupervisor.sqlite.ClaimBench [directory] [claims a turn]
 * </pre>
 */
final class ClaimBench {
    private static final int TURNS = 15;
    private static final int[] THREADS = {4, 16, 64};

    private ClaimBench() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path place = Files.createTempDirectory(Path.of(args.length > 0 ? args[0] : "."), "claim-bench-");
        int claims = args.length > 1 ? Integer.parseInt(args[1]) : 500;
        double[] bare = new double[TURNS];
        double[] first = new double[TURNS];
        double[] reported = new double[TURNS];
        double[][] together = new double[THREADS.length][TURNS];
        long fresh = (long) TURNS * claims;
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(place.resolve("registry.db"))) {
            claims(registry, claims, TURNS);
            for (int turn = 0; turn < TURNS; turn++) {
                bare[turn] = bareInserts(place.resolve("bare-" + turn + ".db"), claims);
                first[turn] = claims(registry, claims, turn);
                reported[turn] = reportedClaims(registry, claims, turn);
                for (int row = 0; row < THREADS.length; row++) {
                    together[row][turn] = claims(registry, claims, fresh, THREADS[row]);
                    fresh += claims;
                }
            }
        }
        print("sqlite3, bare inserts", bare, bare);
        print("first claims", first, bare);
        print("claims with a report", reported, bare);
        for (int row = 0; row < THREADS.length; row++) {
            print("claims, " + THREADS[row] + " threads", together[row], bare);
        }
    }

    private static void print(String what, double[] rates, double[] bare) {
        double[] ratios = IntStream.range(0, TURNS)
                .mapToDouble(turn -> rates[turn] / bare[turn])
                .toArray();
        System.out.printf(Locale.ROOT, "%-22s %6.0f/s, ratio %.2f%n", what, median(rates), median(ratios));
    }

    private static double median(double[] values) {
        return Arrays.stream(values).sorted().toArray()[values.length / 2];
    }

    private static double claims(SqliteWorkerRegistry registry, int claims, int turn) {
        long began = System.nanoTime();
        for (int claim = 0; claim < claims; claim++) {
            WorkerRow row = Rows.first((long) turn * claims + claim);
            registry.claim(Optional.empty(), row, Optional.empty());
        }
        return perSecond(claims, began);
    }

    private static double claims(SqliteWorkerRegistry registry, int claims, long fresh, int threads)
            throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        long began = System.nanoTime();
        for (int claim = 0; claim < claims; claim++) {
            WorkerRow row = Rows.first(fresh + claim);
            pool.execute(() -> registry.claim(Optional.empty(), row, Optional.empty()));
        }
        pool.shutdown();
        if (!pool.awaitTermination(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("the claims take too long");
        }
        return perSecond(claims, began);
    }

    private static double reportedClaims(SqliteWorkerRegistry registry, int claims, int turn) {
        long began = System.nanoTime();
        for (int claim = 0; claim < claims; claim++) {
            WorkerRow row = Rows.first((long) turn * claims + claim);
            AccountId account = row.account();
            WorkerRow next = Rows.claim(Optional.of(row), account, "x" + row.workerId());
            registry.claim(Optional.of(row), next, Optional.of(Rows.report(row)));
        }
        return perSecond(claims, began);
    }

    private static double bareInserts(Path file, int inserts) throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder("""
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                CREATE TABLE t (id INTEGER PRIMARY KEY, detail TEXT);
                """);
        String detail = "x".repeat(650);
        for (int insert = 0; insert < inserts; insert++) {
            script.append("INSERT INTO t VALUES (")
                    .append(insert)
                    .append(", '")
                    .append(detail)
                    .append("');\n");
        }
        Path input =
                Files.writeString(file.resolveSibling(file.getFileName() + ".sql"), script, StandardCharsets.UTF_8);
        long began = System.nanoTime();
        Process sqlite = new ProcessBuilder("sqlite3", "-bail", file.toString())
                .redirectInput(input.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (sqlite.waitFor() != 0) {
            throw new IOException("sqlite3 failed");
        }
        return perSecond(inserts, began);
    }

    private static double perSecond(int count, long began) {
        return count / ((System.nanoTime() - began) / 1e9);
    }
}
