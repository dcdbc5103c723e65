package io.workersupervisor.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/** Holds the write lock of a database until standard input ends. */
final class HoldWriteLock {
    private HoldWriteLock() {}

    public static void main(String[] args) throws IOException, SQLException {
        try (SqliteConnection session = SqliteConnection.open(Path.of(args[0]), "mode=rw", Duration.ofSeconds(5))) {
            session.atomically(inside -> {
                inside.update("UPDATE worker_meta SET value = value");
                System.out.println("locked");
                untilInputEnds();
                return true;
            });
        }
    }

    private static void untilInputEnds() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            System.out.println(e);
        }
    }
}
