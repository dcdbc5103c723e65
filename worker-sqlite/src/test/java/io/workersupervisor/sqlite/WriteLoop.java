package io.workersupervisor.sqlite;

import io.workersupervisor.Rows;
import java.nio.file.Path;
import java.util.Optional;

/** Writes rows from many threads for ever, and prints the account of each that is acknowledged. */
final class WriteLoop {
    private static final int THREADS = 16;

    private WriteLoop() {}

    public static void main(String[] args) {
        SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(Path.of(args[0]));
        for (int thread = 1; thread <= THREADS; thread++) {
            long first = thread * 1_000_000L;
            new Thread(() -> write(registry, first)).start();
        }
    }

    private static void write(SqliteWorkerRegistry registry, long first) {
        for (long account = first; registry.update(Optional.empty(), Rows.first(account)); account++) {
            System.out.println(account);
        }
    }
}
