package io.workersupervisor.mongo;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.spi.LogPosition;
import java.util.Date;
import java.util.Optional;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** Log entries as documents, and documents that others wrote into the same collection as entries. */
final class EntryMapper {
    private EntryMapper() {}

    static Document document(LogEntry entry) {
        LogPosition position = entry.requirePosition();
        Document document = new Document("_id", id(position.workerId(), position.offset()));
        entry.userId().ifPresent(user -> document.append("user_id", user));
        document.append("account_id", entry.account().value())
                .append("level", entry.level().name())
                .append("message", entry.message())
                .append("timestamp", Date.from(entry.timestamp()))
                .append("worker_id", position.workerId());
        entry.logger().ifPresent(logger -> document.append("logger", logger));
        return entry.inferred() ? document.append("inferred", true) : document;
    }

    /** The key of an entry. The order of its fields is a part of what it is. */
    static Document id(String workerId, Object offset) {
        return new Document("w", workerId).append("o", offset);
    }

    /** The entry; empty for a document without a time or an account, which is none. */
    static Optional<LogEntry> entry(Document document) {
        Fields found = new Fields(document);
        Optional<AccountId> account = account(found.value("account_id"));
        if (account.isEmpty() || !(found.value("timestamp") instanceof Date time)) {
            return Optional.empty();
        }
        return Optional.of(new LogEntry(
                position(found.value("_id")),
                account.get(),
                text(found.value("user_id")),
                found.value("level") == null ? LogLevel.INFO : LogLevel.ofStored(found.value("level")),
                time.toInstant(),
                Boolean.TRUE.equals(found.value("inferred")),
                text(found.value("logger")),
                text(found.value("message")).orElse("")));
    }

    private static Optional<AccountId> account(@Nullable Object value) {
        try {
            return text(value).map(AccountId::parse);
        } catch (IllegalArgumentException strange) {
            return Optional.empty();
        }
    }

    private static Optional<LogPosition> position(@Nullable Object id) {
        if (!(id instanceof Document key) || key.size() != 2) {
            return Optional.empty();
        }
        Fields found = new Fields(key);
        return found.value("w") instanceof String worker
                        && !worker.isBlank()
                        && worker.length() <= 64
                        && found.value("o") instanceof Long offset
                        && offset >= 0
                ? Optional.of(new LogPosition(worker, offset))
                : Optional.empty();
    }

    private static Optional<String> text(@Nullable Object value) {
        return value == null ? Optional.empty() : Optional.of(value.toString());
    }
}
