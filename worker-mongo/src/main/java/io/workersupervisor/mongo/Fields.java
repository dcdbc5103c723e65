package io.workersupervisor.mongo;

import io.workersupervisor.AccountId;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * One document, read strictly: a field holds a value of any type, and a shell turns whole numbers into doubles. What does
 * not fit is an {@link IllegalArgumentException} that names the field.
 */
final class Fields {
    /** Up to here a double is the whole number it looks like. */
    private static final double EXACT = 9_007_199_254_740_992.0;

    private final Document document;

    Fields(Document document) {
        this.document = document;
    }

    /** The value; a whole number in whichever form is a {@link Long}. */
    @Nullable
    Object value(String field) {
        Object value = document.get(field);
        if (value instanceof Integer number) {
            return Long.valueOf(number);
        }
        return value instanceof Double number && number == Math.rint(number) && Math.abs(number) <= EXACT
                ? (Object) number.longValue()
                : value;
    }

    long number(String field) {
        if (value(field) instanceof Long number) {
            return number;
        }
        throw wrong(field, "a whole number");
    }

    String text(String field) {
        if (value(field) instanceof String text) {
            return text;
        }
        throw wrong(field, "text");
    }

    Optional<String> optionalText(String field) {
        return value(field) == null ? Optional.empty() : Optional.of(text(field));
    }

    Instant time(String field) {
        if (value(field) instanceof Date date) {
            return date.toInstant();
        }
        throw wrong(field, "a date");
    }

    /** A number is the number's account, a text the text's. */
    AccountId account(String field) {
        return value(field) instanceof Long number ? AccountId.of(number) : AccountId.ofValue(text(field));
    }

    <E extends Enum<E>> E constant(Class<E> type, String field) {
        String name = text(field);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(name)) {
                return constant;
            }
        }
        throw wrong(field, "one of " + List.of(type.getEnumConstants()));
    }

    IllegalArgumentException wrong(String field, String wanted) {
        return new IllegalArgumentException(field + " must be " + wanted + ", is \"" + document.get(field) + '"');
    }
}
