package io.workersupervisor;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.workersupervisor.internal.text.Require;
import io.workersupervisor.internal.text.Text;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The key of an account: a 64-bit number or a string, stored as the type it has. At most one worker runs for each.
 *
 * <p>Text is unambiguous: a canonical decimal in 64-bit range ({@code 4711}, {@code -5}) is a number, anything else a
 * string of 1 to {@value #MAX_LENGTH} characters of {@code [A-Za-z0-9._@+:-]} that does not begin with {@code .} or
 * {@code -}. Numbers sort before strings. Immutable and thread-safe.
 */
public final class AccountId implements Comparable<AccountId> {
    /** The longest string accepted, in characters. */
    public static final int MAX_LENGTH = 64;

    private static final Pattern TEXT = Pattern.compile("[A-Za-z0-9_@+:][A-Za-z0-9._@+:-]{0," + (MAX_LENGTH - 1) + "}");

    private final long number;
    private final @Nullable String text;

    private AccountId(long number, @Nullable String text) {
        this.number = number;
        this.text = text;
    }

    /** The account whose key is a number. */
    @JsonCreator
    public static AccountId of(long number) {
        return new AccountId(number, null);
    }

    /**
     * The account of a text: a number where the text is a canonical decimal in 64-bit range, else a string. Reads what
     * {@link #toString()} writes.
     *
     * @throws IllegalArgumentException if the text holds another character, or is too short or too long
     */
    @JsonCreator
    public static AccountId of(String text) {
        Require.nonNull("text", text);
        if (isCanonicalDecimal(text)) {
            return of(Long.parseLong(text));
        }
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException("account must be 1 to " + MAX_LENGTH
                    + " characters of [A-Za-z0-9._@+:-] and not begin with '.' or '-', was " + Text.quoted(text));
        }
        return new AccountId(0, text);
    }

    /** Same as {@link #of(String)}, for conversion services that look for this name. */
    public static AccountId valueOf(String text) {
        return of(text);
    }

    /** Same as {@link #of(String)}, for callers that read text. */
    public static AccountId parse(String text) {
        return of(text);
    }

    /**
     * The account of a stored key, the inverse of {@link #value()}.
     *
     * @param value a {@link Long} or a {@link String}
     * @throws IllegalArgumentException if it is neither, or a number stored as text: that would be another account
     */
    public static AccountId ofValue(Object value) {
        Require.nonNull("value", value);
        if (value instanceof Long number) {
            return of(number);
        }
        if (value instanceof String text && !isCanonicalDecimal(text)) {
            return of(text);
        }
        throw new IllegalArgumentException(
                value instanceof String
                        ? "account is the number " + value + " stored as text"
                        : "account must be a number or a text, was "
                                + value.getClass().getSimpleName());
    }

    /** The key as a store and JSON keep it: a {@link Long} or a {@link String}. */
    @JsonValue
    public Object value() {
        return text == null ? (Object) number : text;
    }

    private static boolean isCanonicalDecimal(String text) {
        try {
            return Long.toString(Long.parseLong(text)).equals(text);
        } catch (NumberFormatException notANumber) {
            return false;
        }
    }

    @Override
    public int compareTo(AccountId other) {
        Require.nonNull("other", other);
        if (text == null || other.text == null) {
            return text == null && other.text == null ? Long.compare(number, other.number) : text == null ? -1 : 1;
        }
        return text.compareTo(other.text);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AccountId that && value().equals(that.value());
    }

    @Override
    public int hashCode() {
        return value().hashCode();
    }

    @Override
    public String toString() {
        return text == null ? Long.toString(number) : text;
    }
}
