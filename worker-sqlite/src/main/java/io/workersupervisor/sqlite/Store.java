package io.workersupervisor.sqlite;

/** The registry's access to its file. Thread-safe. */
interface Store extends AutoCloseable {
    /** The marks of the file. */
    String id();

    /** The file itself. */
    Database database();

    /** Its name in messages. */
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
