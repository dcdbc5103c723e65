package io.workersupervisor.sqlite;

import static java.util.Objects.requireNonNull;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of work that share one transaction. They are added under the store's monitor, and none any more once the batch
 * runs; every caller that added one waits for the {@link #end}.
 */
final class Batch {
    /** The most pieces of a batch; a read may have to wait for so many. */
    static final int MOST = 256;

    private final Piece<?> leader;
    private final List<Piece<?>> pieces = new ArrayList<>();
    private final CompletableFuture<End> end = new CompletableFuture<>();

    Batch(Piece<?> leader) {
        this.leader = leader;
        add(leader);
    }

    /** One caller's work, and its result once it has run. */
    static final class Piece<T> {
        private final SqliteConnection.Work<T> work;
        private @Nullable T result;

        Piece(SqliteConnection.Work<T> work) {
            this.work = work;
        }

        private void run(SqliteConnection session) throws SQLException {
            result = work.in(session);
        }

        /** To be asked for after {@link Committed} alone. */
        T result() {
            return requireNonNull(result);
        }
    }

    /** The outcomes of all pieces. */
    sealed interface End {}

    /** Each piece has its result, and it is on disk. */
    record Committed() implements End {}

    /** Nothing was written, and it may be one piece's fault: each is to be run by itself. */
    record Apart() implements End {}

    /** The failure that each caller gets: nothing was written, or only a reading shows whether it was. */
    record Failed(Throwable cause) implements End {}

    void add(Piece<?> piece) {
        pieces.add(piece);
    }

    boolean isFull() {
        return pieces.size() >= MOST;
    }

    /** Tells whether it was the first, whose caller runs them all. */
    boolean isLedBy(Piece<?> piece) {
        return leader == piece;
    }

    void run(SqliteConnection session) throws SQLException {
        for (Piece<?> piece : pieces) {
            piece.run(session);
        }
    }

    /** The end after a failure that wrote nothing and may be one piece's own: of several, each shall find out by itself. */
    End retried(Throwable cause) {
        return pieces.size() > 1 ? new Apart() : new Failed(cause);
    }

    void end(End how) {
        end.complete(how);
    }

    /** Waits for the end; an interrupt is kept for the caller and cuts nothing short. */
    End end() {
        return end.join();
    }
}
