package io.workersupervisor.sqlite;

import io.workersupervisor.AccountId;
import io.workersupervisor.Confidence;
import io.workersupervisor.Desired;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Initiator;
import io.workersupervisor.RowDetail;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerRow;
import io.workersupervisor.WorkerState;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rows and reports as columns. What cannot be read is an {@link IllegalArgumentException} that names the column. */
final class RowMapper {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private RowMapper() {}

    /** The values of {@link Schema#COLUMNS}, in their order. */
    static @Nullable Object[] values(WorkerRow row) {
        return new @Nullable Object[] {
            row.account().value(),
            row.epoch(),
            row.version(),
            row.workerId(),
            row.node(),
            row.state().name(),
            row.desired().name(),
            row.pid().isPresent() ? row.pid().getAsLong() : null,
            time(row.startedAt()),
            row.userId().orElse(null),
            row.specVersion().orElse(null),
            row.detail().toJson()
        };
    }

    static WorkerRow row(Fields found) {
        return new WorkerRow(
                account(found),
                found.number("epoch"),
                found.number("version"),
                found.text("worker_id"),
                found.text("node"),
                constant(WorkerState.class, found, "state"),
                constant(Desired.class, found, "desired"),
                instant(found, "started_at"),
                found.optionalText("user_id"),
                found.optionalText("spec_version"),
                detail(found));
    }

    /** The report; one that cannot be read is shown as such, so that it hides no other. */
    static StopReport report(Fields found, AccountId account) {
        try {
            return StopReport.parse(found.text("report"));
        } catch (IllegalArgumentException e) {
            Instant ended = instant(found, "ended_at");
            return new StopReport(
                    account,
                    found.text("worker_id"),
                    0,
                    "",
                    Optional.empty(),
                    Optional.empty(),
                    ended,
                    ended,
                    new ExitStatus.Unknown("the stored report cannot be read"),
                    Optional.empty(),
                    Initiator.UNKNOWN,
                    StopReason.UNKNOWN,
                    Confidence.POSSIBLE,
                    List.of("the stored report cannot be read: " + e.getMessage()),
                    "Look at column report of table worker_stops");
        }
    }

    static String time(Instant instant) {
        return TIME.format(instant);
    }

    private static AccountId account(Fields found) {
        return found.value("account_id") instanceof Long number
                ? AccountId.of(number)
                : AccountId.of(found.text("account_id"));
    }

    private static RowDetail detail(Fields found) {
        try {
            return RowDetail.parse(found.text("detail"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("detail: " + e.getMessage(), e);
        }
    }

    private static Instant instant(Fields found, String column) {
        try {
            return Instant.parse(found.text(column));
        } catch (DateTimeException e) {
            throw found.wrong(column, "a time such as 2026-01-31T12:00:00.000Z");
        }
    }

    private static <E extends Enum<E>> E constant(Class<E> type, Fields found, String column) {
        String name = found.text(column);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(name)) {
                return constant;
            }
        }
        throw found.wrong(column, "one of " + List.of(type.getEnumConstants()));
    }
}
