package io.workersupervisor.sqlite;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One row of a result, read strictly: SQLite keeps a value of any type in any column, and JDBC would turn it into zero or
 * text. What does not fit is an {@link IllegalArgumentException} that names the column.
 */
final class Fields {
    private final Map<String, @Nullable Object> values;

    Fields(Map<String, @Nullable Object> values) {
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

    IllegalArgumentException wrong(String column, String wanted) {
        Object value = value(column);
        String found = value instanceof byte[] bytes ? bytes.length + " bytes" : "\"" + value + '"';
        return new IllegalArgumentException(column + " must be " + wanted + ", is " + found);
    }
}
