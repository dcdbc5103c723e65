package io.workersupervisor.sqlite;

import io.workersupervisor.AccountId;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One row of a result, read strictly: SQLite keeps a value of any type in any column, and JDBC would turn it into zero or
 * text. What does not fit is an {@link IllegalArgumentException} that names the column.
 */
final class ResultRow {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Map<String, @Nullable Object> values;

    ResultRow(Map<String, @Nullable Object> values) {
        this.values = values;
    }

    /** A {@link Long}, {@link String}, {@link Double}, byte array or null. */
    @Nullable
    Object value(String column) {
        Object value = values.get(column);
        return value instanceof Integer number ? Long.valueOf(number) : value;
    }

    long number(String column) {
        if (value(column) instanceof Long number) {
            return number;
        }
        throw wrong(column, "a whole number");
    }

    String text(String column) {
        if (value(column) instanceof String text) {
            return text;
        }
        throw wrong(column, "text");
    }

    Optional<String> optionalText(String column) {
        return value(column) == null ? Optional.empty() : Optional.of(text(column));
    }

    /** A time as it is stored: of one width within the years 0 to 9999, so that it sorts as text. */
    static String time(Instant instant) {
        return TIME.format(instant);
    }

    Instant instant(String column) {
        try {
            return Instant.parse(text(column));
        } catch (DateTimeException e) {
            throw wrong(column, "a time such as 2026-01-31T12:00:00.000Z");
        }
    }

    AccountId account() {
        return value("account_id") instanceof Long number
                ? AccountId.of(number)
                : AccountId.ofValue(text("account_id"));
    }

    <E extends Enum<E>> E constant(Class<E> type, String column) {
        String name = text(column);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(name)) {
                return constant;
            }
        }
        throw wrong(column, "one of " + List.of(type.getEnumConstants()));
    }

    IllegalArgumentException wrong(String column, String wanted) {
        Object value = value(column);
        String found = value instanceof byte[] bytes ? bytes.length + " bytes" : "\"" + value + '"';
        return new IllegalArgumentException(column + " must be " + wanted + ", is " + found);
    }
}
