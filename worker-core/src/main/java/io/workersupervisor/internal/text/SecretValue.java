package io.workersupervisor.internal.text;

import java.util.Locale;
import java.util.Set;

/**
 * The part of a text behind a word like {@code password=}. It is certain where an equals sign or quotes mark it as a value,
 * not as the next words of a sentence. Immutable.
 */
record SecretValue(String text, int from, int to, boolean certain) {
    private static final int LONGEST = 1024;
    private static final Set<String> EMPTY = Set.of("", "none", "null", "true", "false", "undefined", "nil");
    private static final int SHORTEST_TOKEN = 16;
    private static final int SHORTEST_KEY = 40;

    /** The value behind a separator, within quotes or up to white space or punctuation. */
    static SecretValue behind(String text, int separator, SecretWord word) {
        int from = separator + 1;
        while (from < text.length() && from < separator + 3 && text.charAt(from) == ' ') {
            from++;
        }
        int quote = text.startsWith("b'", from) || text.startsWith("b\"", from) ? from + 1 : from;
        quote += quote < text.length() && text.charAt(quote) == '\\' ? 1 : 0;
        boolean quoted = quote < text.length() && (text.charAt(quote) == '"' || text.charAt(quote) == '\'');
        int start = quoted ? quote + 1 : from;
        int limit = Math.min(text.length(), start + LONGEST);
        int end = start;
        if (!quoted && word == SecretWord.AUTHORIZATION) {
            end = schemeEnd(text, start, limit);
        }
        while (end < limit && !ends(text.charAt(end), quoted) && (quoted || !isNext(text, end))) {
            end++;
        }
        return new SecretValue(text, start, end, quoted || text.charAt(separator) == '=');
    }

    /** A header holds a scheme and, behind a space, a token. */
    private static int schemeEnd(String text, int from, int limit) {
        int end = from;
        while (end < limit && Character.isLetter(text.charAt(end))) {
            end++;
        }
        return end > from && end < limit && text.charAt(end) == ' ' ? end + 1 : from;
    }

    /** True if the equals sign here is one of a further name, not the padding of a value. */
    private static boolean isNext(String text, int at) {
        return text.charAt(at) == '=' && at + 1 < text.length() && SecretScanner.isWord(text.charAt(at + 1));
    }

    private static boolean ends(char c, boolean quoted) {
        if (quoted) {
            return c == '"' || c == '\'' || c == '\\' || c == '\n';
        }
        return Character.isWhitespace(c) || ",;&)}]\"'<>|".indexOf(c) >= 0;
    }

    boolean isSecret(SecretWord word) {
        int length = to - from;
        if (length <= 9 && EMPTY.contains(text.substring(from, to).toLowerCase(Locale.ROOT))) {
            return false;
        }
        boolean masked = text.startsWith("[redacted ", from) || text.startsWith("***", from);
        return !masked
                && switch (word) {
                    case PASSWORD -> certain || looksRandom(4);
                    case API_HASH -> looksRandom(8);
                    case AUTHORIZATION -> looksRandom(8);
                    case TOKEN -> looksRandom(SHORTEST_TOKEN);
                    case KEY -> !isUuid() && (isHex(64) || (looksRandom(SHORTEST_KEY) && !isHex(SHORTEST_KEY)));
                };
    }

    /** Long enough, with a letter and a digit, and no more than the letters that keys are written in. */
    private boolean looksRandom(int shortest) {
        boolean digit = false;
        boolean letter = false;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            digit |= SecretScanner.isDigit(c);
            letter |= Character.isLetter(c);
            boolean plain = SecretScanner.isWord(c) || "+/=.:~ ".indexOf(c) >= 0;
            if (!plain && shortest >= SHORTEST_TOKEN) {
                return false;
            }
        }
        return digit && letter && to - from >= shortest;
    }

    private boolean isHex(int shortest) {
        for (int i = from; i < to; i++) {
            if (Character.digit(text.charAt(i), 16) < 0) {
                return false;
            }
        }
        return to - from >= shortest;
    }

    private boolean isUuid() {
        return to - from == 36 && text.charAt(from + 8) == '-' && text.charAt(from + 23) == '-';
    }

    /** Never the value. */
    @Override
    public String toString() {
        return "SecretValue[" + from + ", " + to + "]";
    }
}
