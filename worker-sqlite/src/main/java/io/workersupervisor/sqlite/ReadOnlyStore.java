package io.workersupervisor.sqlite;

import java.nio.file.Path;
import java.time.Duration;

/** A file that is only looked at: each call reads its present state and leaves no connection behind. */
final class ReadOnlyStore implements Store {
    private final Database database;
    private final Duration busyTimeout;
    private final String id;
    private volatile boolean closed;

    private ReadOnlyStore(Database database, Duration busyTimeout) {
        this.database = database;
        this.busyTimeout = busyTimeout;
        this.id = read("opening it", session -> Schema.verify(session, database));
    }

    static ReadOnlyStore open(Path path, Duration busyTimeout) {
        return new ReadOnlyStore(DatabaseFile.existing(FileKind.REGISTRY, path), busyTimeout);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Database database() {
        return database;
    }

    @Override
    public <T> T read(String doing, SqliteConnection.Work<T> work) {
        if (closed) {
            throw new IllegalStateException(name() + " is closed");
        }
        return Snapshot.read(database, doing, Snapshot.Unseen.REFUSE, busyTimeout, work);
    }

    @Override
    public <T> T write(String doing, SqliteConnection.Work<T> work) {
        throw new UnsupportedOperationException(name() + " is open for reading only: " + doing + " needs open()");
    }

    @Override
    public void close() {
        closed = true;
    }
}
