package io.workersupervisor.sqlite;

import io.workersupervisor.Rows;
import java.nio.file.Path;
import java.util.Optional;

/** Opens a registry, inserts one account and closes it, again and again. */
final class ComeAndGo {
    private ComeAndGo() {}

    public static void main(String[] args) {
        run(Path.of(args[0]), Integer.parseInt(args[1]));
        System.out.println("done");
    }

    static void run(Path file, int times) {
        for (long account = 1; account <= times; account++) {
            try (SqliteWorkerRegistry host = SqliteWorkerRegistry.open(file)) {
                host.update(Optional.empty(), Rows.first(account));
            }
        }
    }
}
