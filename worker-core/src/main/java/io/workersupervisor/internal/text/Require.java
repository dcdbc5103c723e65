package io.workersupervisor.internal.text;

import java.time.Duration;
import java.util.Objects;

/** Refuses arguments by the name of the parameter. */
public final class Require {
    private Require() {}

    /** Refuses the first of these values that is null; the names stand in one text, in the order of the values. */
    public static void noneNull(String names, Object... values) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] == null) {
                throw new NullPointerException(names.split(" ", -1)[i]);
            }
        }
    }

    /** The value, which must not be null. */
    public static <T> T nonNull(String name, T value) {
        return Objects.requireNonNull(value, name);
    }

    public static Duration upToOneDay(String name, Duration value) {
        return between(name, value, Duration.ZERO, Duration.ofDays(1));
    }

    public static Duration between(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " must be between " + Text.words(least) + " and "
                    + Text.words(most) + ", was " + Text.words(value));
        }
        return value;
    }

    public static long between(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " must be "
                    + (most == Long.MAX_VALUE ? "at least " + least : "between " + least + " and " + most) + ", was "
                    + value);
        }
        return value;
    }

    /** A text that is not null, has a character that is no white space, and no more characters than that. */
    public static String notBlank(String name, String value, int longest) {
        if (nonNull(name, value).isBlank() || value.length() > longest) {
            throw new IllegalArgumentException(
                    name + " must have 1 to " + longest + " characters, was " + Text.quoted(value));
        }
        return value;
    }
}
