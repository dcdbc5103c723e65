package io.workersupervisor;

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

    /**
     * An account whose key is a number.
     *
     * @param number any 64-bit number
     * @return the account
     */
    public static AccountId of(long number) {
        return new AccountId(number, null);
    }

    /**
     * An account whose key is a string.
     *
     * @param text the key
     * @return the account
     * @throws IllegalArgumentException if the text holds another character, is too short or too long, or is a canonical
     *     decimal, which {@link #of(long)} takes
     */
    public static AccountId of(String text) {
        if (isCanonicalDecimal(text)) {
            throw new IllegalArgumentException(
                    "account is the number " + text + " given as a string: use AccountId.of(long) or parse");
        }
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException("account must be 1 to " + MAX_LENGTH
                    + " characters of [A-Za-z0-9._@+:-] and not begin with '.' or '-', was " + Text.quoted(text));
        }
        return new AccountId(0, text);
    }

    /**
     * Reads what {@link #toString()} wrote: a number where the text is a canonical decimal, else a string.
     *
     * @param text the text of an account
     * @return the account
     * @throws IllegalArgumentException as {@link #of(String)}
     */
    public static AccountId parse(String text) {
        return isCanonicalDecimal(text) ? of(Long.parseLong(text)) : of(text);
    }

    /**
     * The key as a store keeps it.
     *
     * @return a {@link Long} or a {@link String}
     */
    public Object value() {
        return text == null ? (Object) number : text;
    }

    /**
     * Whether the key is a number.
     *
     * @return true for a number, false for a string
     */
    public boolean isNumber() {
        return text == null;
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
