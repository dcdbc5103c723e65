package io.workersupervisor.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes one registry after another in directories 0, 1, 2... until it is killed. */
final class MakeLoop {
    private MakeLoop() {}

    public static void main(String[] args) throws IOException {
        for (int next = 0; ; next++) {
            Path directory = Files.createDirectories(Path.of(args[0], Integer.toString(next)));
            try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(directory.resolve("registry.db"))) {
                System.out.println(registry.id());
            }
        }
    }
}
