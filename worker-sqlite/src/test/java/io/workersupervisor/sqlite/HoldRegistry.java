package io.workersupervisor.sqlite;

import io.workersupervisor.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Opens a registry, inserts accounts, tells its id and keeps it open until standard input ends. Given another file, it
 * opens that one first, says "ready" and waits for a word, so that several come to the registry together.
 */
final class HoldRegistry {
    private HoldRegistry() {}

    public static void main(String[] args) throws IOException {
        if (args.length > 2) {
            SqliteWorkerRegistry.open(Path.of(args[2])).close();
            System.out.println("ready");
            if (System.in.read() < 0) {
                return;
            }
        }
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(Path.of(args[0]))) {
            for (long account = 1; account <= Long.parseLong(args[1]); account++) {
                registry.update(Optional.empty(), Rows.first(account));
            }
            System.out.println(registry.id());
            while (System.in.read() >= 0) {}
        } catch (RuntimeException e) {
            System.out.println(e);
        }
    }
}
