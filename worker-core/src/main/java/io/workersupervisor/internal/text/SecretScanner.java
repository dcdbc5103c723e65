package io.workersupervisor.internal.text;

import org.jspecify.annotations.Nullable;

/**
 * Finds what looks like a secret in one text and replaces it by a note. For one text and one thread. One pass: each kind begins
 * at a character of its own, from which a bounded number of characters is looked at; so a text without secrets costs little.
 */
public final class SecretScanner {
    private static final int SHORTEST_SESSION = 200;
    private static final int AUTH_KEY_IN_HEX = 512;
    private static final int BOT_TOKEN = 35;
    private static final int LONGEST_CREDENTIALS = 512;
    private static final String PRIVATE_KEY = "PRIVATE KEY-----";

    private final String text;
    private @Nullable StringBuilder out;
    private int copied;

    private SecretScanner(String text) {
        this.text = text;
    }

    /** The text with notes in place of secrets; the same object where there is none. */
    public static String mask(String text) {
        return new SecretScanner(text).mask();
    }

    public static String note(String what) {
        return "[redacted " + what + "]";
    }

    private String mask() {
        int runFrom = 0;
        int i = 0;
        int privateKey = text.lastIndexOf(PRIVATE_KEY);
        while (i < text.length()) {
            char c = text.charAt(i);
            if (!isKeyLetter(c)) {
                int next = run(runFrom, i);
                i = next > i ? next : at(c, i, privateKey);
                runFrom = i;
            } else {
                i = at(c, i, privateKey);
            }
        }
        run(runFrom, i);
        return out == null ? text : out.append(text, copied, text.length()).toString();
    }

    /** Looks for what may begin or stand around this character; the place to go on from. */
    private int at(char c, int i, int privateKey) {
        int next = switch (c) {
            case ':' -> colon(i);
            case '=' -> keyed(i);
            case '+' -> phone(i);
            case '.' -> discord(i);
            case 'A' -> aws(i);
            case 'e' -> webToken(i);
            case 'B', 'b' -> bearer(i);
            case '-' -> privateKey > i ? privateKey(i) : -1;
            default -> -1;
        };
        return next > i ? next : i + 1;
    }

    private int colon(int i) {
        int next = botToken(i);
        next = next < 0 ? credentials(i) : next;
        return next < 0 ? keyed(i) : next;
    }

    /** Eight to ten digits, a colon and 35 letters of a token. */
    private int botToken(int colon) {
        int from = colon;
        while (from > 0 && colon - from < 11 && isDigit(text.charAt(from - 1))) {
            from--;
        }
        int end = wordEnd(colon + 1, BOT_TOKEN + 1);
        boolean token = colon - from >= 8 && colon - from <= 10 && end - colon - 1 == BOT_TOKEN;
        return token ? replace(from, end, "bot token") : -1;
    }

    /** User and password before the at sign of an address with a scheme. */
    private int credentials(int colon) {
        if (!text.startsWith("//", colon + 1)) {
            return -1;
        }
        boolean password = false;
        int limit = Math.min(text.length(), colon + LONGEST_CREDENTIALS);
        for (int i = colon + 3; i < limit; i++) {
            char c = text.charAt(i);
            if (c == '@') {
                boolean secret = password || i - colon > 20;
                return secret ? replace(colon + 3, i, "credentials") : -1;
            } else if (c == '/' || c == '?' || c == '#' || c == '"' || Character.isWhitespace(c)) {
                return -1;
            }
            password |= c == ':';
        }
        return -1;
    }

    private int keyed(int separator) {
        @Nullable SecretWord found = SecretWord.before(text, separator);
        if (found == null) {
            return -1;
        }
        SecretValue value = SecretValue.behind(text, separator, found);
        return value.isSecret(found) ? replace(value.from(), value.to(), found.note()) : -1;
    }

    /** A plus and 8 to 15 digits, in groups or not. */
    private int phone(int plus) {
        if (plus + 1 >= text.length() || text.charAt(plus + 1) < '1' || text.charAt(plus + 1) > '9') {
            return -1;
        }
        if (plus > 0 && (isWord(text.charAt(plus - 1)) || text.charAt(plus - 1) == '+')) {
            return -1;
        }
        int digits = 0;
        int end = plus + 1;
        int at = plus + 1;
        while (at < text.length() && digits < 16) {
            int group = at;
            while (at < text.length() && at - group < 16 && isDigit(text.charAt(at))) {
                at++;
            }
            if (at == group || digits + at - group > 15) {
                break;
            }
            digits += at - group;
            end = at;
            if (at - group >= 8 && digits == at - group) {
                break;
            }
            while (at < text.length() && at < end + 2 && " -()".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }
        boolean ends = end == text.length() || !isWord(text.charAt(end));
        return digits >= 8 && ends ? replace(plus, end, "phone number") : -1;
    }

    /** Three parts with dots: 24 to 28, 6 or 7 and from 27 letters. */
    private int discord(int dot) {
        int from = dot;
        while (from > 0 && dot - from < 30 && isWord(text.charAt(from - 1))) {
            from--;
        }
        if (dot - from < 23 || dot - from > 28) {
            return -1;
        }
        int second = wordEnd(dot + 1, 8);
        if (second - dot < 7 || second - dot > 8 || second >= text.length() || text.charAt(second) != '.') {
            return -1;
        }
        int third = wordEnd(second + 1, 80);
        return third - second > 27 ? replace(from, third, "Discord token") : -1;
    }

    private int aws(int i) {
        boolean key = text.startsWith("AKIA", i) || text.startsWith("ASIA", i);
        if (!key || (i > 0 && isWord(text.charAt(i - 1)))) {
            return -1;
        }
        int end = i;
        while (end < text.length() && end < i + 21 && isUpperOrDigit(text.charAt(end))) {
            end++;
        }
        return end == i + 20 && (end == text.length() || !isWord(text.charAt(end))) ? replace(i, end, "AWS key") : -1;
    }

    private int webToken(int i) {
        if (!text.startsWith("eyJ", i) || (i > 0 && isWord(text.charAt(i - 1)))) {
            return -1;
        }
        int first = wordEnd(i, text.length());
        int second = first < text.length() && text.charAt(first) == '.' ? wordEnd(first + 1, text.length()) : first;
        boolean token = first - i >= 10 && second - first >= 10 && second < text.length() && text.charAt(second) == '.';
        return token ? replace(i, wordEnd(second + 1, text.length()), "web token") : -1;
    }

    private int bearer(int i) {
        boolean bearer = text.regionMatches(true, i, "Bearer ", 0, 7);
        if ((!bearer && !text.regionMatches(true, i, "Basic ", 0, 6)) || (i > 0 && isWord(text.charAt(i - 1)))) {
            return -1;
        }
        int from = i + (bearer ? 7 : 6);
        int end = from;
        boolean digit = false;
        while (end < text.length() && (isKeyLetter(text.charAt(end)) || ".~=".indexOf(text.charAt(end)) >= 0)) {
            digit |= isDigit(text.charAt(end)) || text.charAt(end) == '=';
            end++;
        }
        return end - from >= 12 && digit ? replace(from, end, "authorization") : -1;
    }

    private int privateKey(int i) {
        if (!text.startsWith("-----BEGIN ", i)) {
            return -1;
        }
        int head = text.indexOf("-----", i + 11);
        if (head < 0 || !text.startsWith(PRIVATE_KEY, head + 5 - PRIVATE_KEY.length())) {
            return -1;
        }
        int foot = text.indexOf("-----END ", head);
        int end = foot < 0 ? -1 : text.indexOf("-----", foot + 9);
        return replace(i, end < 0 ? text.length() : end + 5, "private key");
    }

    /** A run of letters as string sessions and keys have it; the place behind it, negative where it is something else. */
    private int run(int from, int to) {
        if (to - from < SHORTEST_SESSION || from < copied) {
            return -1;
        }
        int upper = 0;
        int lower = 0;
        int digits = 0;
        int slashes = 0;
        boolean hex = true;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            upper += c >= 'A' && c <= 'Z' ? 1 : 0;
            lower += c >= 'a' && c <= 'z' ? 1 : 0;
            digits += isDigit(c) ? 1 : 0;
            slashes += c == '/' ? 1 : 0;
            hex &= Character.digit(c, 16) >= 0;
        }
        boolean mixed = upper > 10 && lower > 10 && digits > 5 && slashes * 12 < to - from;
        if (!mixed && !(hex && to - from == AUTH_KEY_IN_HEX)) {
            return -1;
        }
        int end = to;
        while (end < text.length() && end < to + 2 && text.charAt(end) == '=') {
            end++;
        }
        return replace(from, end, "session");
    }

    private int replace(int from, int to, String what) {
        if (from < copied) {
            return -1;
        }
        if (out == null) {
            out = new StringBuilder(text.length());
        }
        out.append(text, copied, from).append(note(what));
        copied = to;
        return to;
    }

    private int wordEnd(int from, int most) {
        int end = Math.min(from, text.length());
        int limit = (int) Math.min(text.length(), (long) from + most);
        while (end < limit && isWord(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isKeyLetter(char c) {
        return isWord(c) || c == '+' || c == '/';
    }

    static boolean isWord(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isUpperOrDigit(char c) {
        return isDigit(c) || (c >= 'A' && c <= 'Z');
    }
}
