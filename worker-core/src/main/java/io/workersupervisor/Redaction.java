package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import io.workersupervisor.internal.text.SecretScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Masks secrets in the messages of workers before they leave the host: each becomes a note like {@code [redacted bot token]}.
 * Immutable and safe for any thread; does no I/O.
 *
 * <p>{@link #standard()} knows tokens of Telegram bots, string sessions and keys of Telegram clients, values behind words like
 * {@code api_hash=}, {@code password:} or {@code "token":}, phone numbers in international form, passwords in addresses,
 * {@code Authorization} headers, keys of AWS, JSON web tokens and Discord tokens. It finds what looks like a secret, no more: a
 * password in plain words stays. The worker's own file is not changed, only what is sent on.
 *
 * <p>Standard masking takes time in proportion to the message. A pattern of the user's may not: one that backtracks without
 * bound holds up the shipping of all logs. A message that exhausts the stack for a pattern is masked as a whole.
 */
public final class Redaction {
    private static final Redaction NONE = new Redaction(false, List.of());
    private static final Redaction STANDARD = new Redaction(true, List.of());

    private final boolean secrets;
    private final List<Rule> rules;

    private record Rule(String note, Pattern pattern) {}

    private Redaction(boolean secrets, List<Rule> rules) {
        this.secrets = secrets;
        this.rules = List.copyOf(rules);
    }

    /** Masks the secrets of most workers; a supervisor uses it unless it is given another. */
    public static Redaction standard() {
        return STANDARD;
    }

    /** Masks nothing. */
    public static Redaction none() {
        return NONE;
    }

    /**
     * Masks more: each match of a pattern, after all that this redaction masks. An empty match masks nothing.
     *
     * @param name the word in the note that stands in its place; 1 to 40 characters
     * @param pattern a pattern that should not backtrack without bound
     * @throws IllegalArgumentException if the name is blank or too long
     */
    public Redaction and(String name, Pattern pattern) {
        Require.noneNull("name pattern", name, pattern);
        List<Rule> more = new ArrayList<>(rules);
        more.add(new Rule(SecretScanner.note(Require.notBlank("name", name, 40)), pattern));
        return new Redaction(secrets, more);
    }

    /** Masks the secrets in a text; the same object where there is none. */
    public String apply(String text) {
        Require.nonNull("text", text);
        String masked = secrets ? SecretScanner.mask(text) : text;
        for (Rule rule : rules) {
            masked = masked(rule, masked);
        }
        return masked;
    }

    /** The engine of the JDK goes down without a bound of its own; a text that exhausts the stack may hold a secret. */
    private static String masked(Rule rule, String text) {
        try {
            return everyMatch(rule, text);
        } catch (StackOverflowError tooDeep) {
            return rule.note();
        }
    }

    private static String everyMatch(Rule rule, String text) {
        var matcher = rule.pattern().matcher(text);
        StringBuilder out = new StringBuilder();
        int copied = 0;
        while (matcher.find()) {
            if (matcher.end() > matcher.start()) {
                out.append(text, copied, matcher.start()).append(rule.note());
                copied = matcher.end();
            }
        }
        return copied == 0 ? text : out.append(text, copied, text.length()).toString();
    }

    /** The number of rules, without their patterns. */
    @Override
    public String toString() {
        return "Redaction[standard=" + secrets + ", more=" + rules.size() + "]";
    }
}
