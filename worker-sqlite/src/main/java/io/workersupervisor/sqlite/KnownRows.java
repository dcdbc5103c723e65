package io.workersupervisor.sqlite;

import io.workersupervisor.AccountId;
import io.workersupervisor.spi.WorkerRow;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The rows that this object wrote last: as long as no other connection has committed since, they need not be read. Of two
 * writes of a row the higher version is the later one, in whatever order their callers come back. Thread-safe.
 */
final class KnownRows {
    /** Rows of more accounts than this are read. */
    private static final int MOST = 4_096;

    private final Map<AccountId, Known> rows = new ConcurrentHashMap<>();
    private volatile Optional<Seen> seen = Optional.empty();

    /**
     * Takes what a session says of the commits of others.
     *
     * @param session that session
     * @param others changes with each of their commits
     */
    record Seen(SqliteConnection session, long others) {}

    private record Known(Seen at, WorkerRow row) {}

    /** The row of an account, if it is known that nobody has written it since. */
    Optional<WorkerRow> find(SqliteConnection session, AccountId account) throws SQLException {
        Known known = rows.get(account);
        boolean same = seen.filter(last -> last.session() == session).isPresent();
        if (known == null && same) {
            return Optional.empty();
        }
        Seen now = new Seen(session, session.others());
        seen = Optional.of(now);
        return known != null && known.at().equals(now) ? Optional.of(known.row()) : Optional.empty();
    }

    /** A row that was listed, as it is known if nobody has written it since {@code now}: one object for both. */
    Optional<WorkerRow> same(Seen now, ResultRow listed) {
        Known known = listed.value("account_id") instanceof Long number
                ? rows.get(AccountId.of(number))
                : listed.value("account_id") instanceof String text ? byText(text) : null;
        return Optional.ofNullable(known)
                .filter(row -> row.at().equals(now))
                .map(Known::row)
                .filter(row -> listed.value("version") instanceof Long version && version == row.revision());
    }

    private @Nullable Known byText(String text) {
        try {
            return rows.get(AccountId.ofValue(text));
        } catch (IllegalArgumentException noAccount) {
            return null;
        }
    }

    /** The last token: a row that is written from now on is at least as new. */
    Optional<Seen> seen() {
        return seen;
    }

    /** A row is on disk; {@code before} is {@link #seen} as it was before it was written. */
    void written(Optional<Seen> before, WorkerRow row) {
        if (before.isEmpty()) {
            return;
        }
        if (rows.size() >= MOST) {
            rows.clear();
        }
        rows.merge(
                row.account(),
                new Known(before.get(), row),
                (one, other) -> one.row().revision() > other.row().revision() ? one : other);
    }
}
