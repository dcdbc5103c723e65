package io.workersupervisor.sqlite;

/** How the registry reaches its file. Thread-safe. */
interface Store extends AutoCloseable {
    /** What the file says of itself. */
    String id();

    /** The file itself. */
    Database database();

    /** What it is called in messages. */
    default String name() {
        return database().name();
    }

    /**
     * Runs work that only reads.
     *
     * @param doing the work in words, for messages
     */
    <T> T read(String doing, SqliteConnection.Work<T> work);

    /**
     * Runs work that writes, in one transaction that is on disk when this returns; otherwise as {@link #read}.
     *
     * @param work may run in another thread, and again after it was rolled back: it touches nothing but the session
     */
    <T> T write(String doing, SqliteConnection.Work<T> work);

    @Override
    void close();
}
