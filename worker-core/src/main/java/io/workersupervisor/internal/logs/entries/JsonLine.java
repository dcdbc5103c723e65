package io.workersupervisor.internal.logs.entries;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes a JSON object apart into its fields, which keep their spelling, so that numbers of any length and order survive. Pure,
 * linear, and without recursion, so that no depth of nesting exhausts the stack.
 */
final class JsonLine {
    private static final int NO = -1;
    /** The escapes that are resolved; anything else stays as it stands. */
    private static final Pattern ESCAPE =
            Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([ntrbf\"\\\\/']))");

    private static final Pattern LONE_SURROGATE = Pattern.compile("\\p{Cs}");

    /**
     * One field of a line of JSON or of {@code key=value}.
     *
     * @param key its name
     * @param source key and value as they stand in the line
     * @param value the value as it stands in the line
     * @param text the value where it is a string, without quotes and escapes, else null
     */
    record Field(
            String key,
            String source,
            String value,
            @Nullable String text) {
        /** The text, or the value where it is none. */
        String words() {
            return text == null ? value : text;
        }

        boolean isNumber() {
            return !value.isEmpty() && LineBytes.isDigit((byte) value.charAt(0));
        }
    }

    private final String text;

    private JsonLine(String text) {
        this.text = text;
    }

    /** The fields of the object that is this text; empty where it is no JSON object. */
    static Optional<List<Field>> fields(String text) {
        return new JsonLine(text).fields();
    }

    private Optional<List<Field>> fields() {
        List<Field> fields = new ArrayList<>();
        int at = space(0);
        if (get(at) != '{') {
            return Optional.empty();
        }
        at = space(at + 1);
        boolean more = get(at) != '}';
        while (more) {
            int keyEnd = string(at);
            int colon = keyEnd < 0 ? NO : space(keyEnd);
            if (colon < 0 || get(colon) != ':') {
                return Optional.empty();
            }
            int value = space(colon + 1);
            int end = value(value);
            if (end < 0) {
                return Optional.empty();
            }
            String source = text.substring(value, end);
            @Nullable String string = source.charAt(0) == '"' ? unquoted(source, 1, source.length() - 1) : null;
            fields.add(new Field(unquoted(text, at + 1, keyEnd - 1), text.substring(at, end), source, string));
            at = space(end);
            more = get(at) == ',';
            at = more ? space(at + 1) : at;
        }
        return get(at) == '}' && space(at + 1) == text.length() ? Optional.of(fields) : Optional.empty();
    }

    private int value(int from) {
        BitSet objects = new BitSet();
        int depth = 0;
        int at = from;
        while (at >= 0) {
            char c = get(at);
            if (c == '{' || c == '[') {
                objects.set(depth++, c == '{');
                at = space(at + 1);
                if (get(at) != (c == '{' ? '}' : ']')) {
                    at = c == '{' ? key(at) : at;
                    continue;
                }
            } else {
                at = c == '"' ? string(at) : word(at);
            }
            while (depth > 0 && at >= 0) {
                at = space(at);
                boolean object = objects.get(depth - 1);
                if (get(at) == ',') {
                    at = space(at + 1);
                    at = object ? key(at) : at;
                    break;
                }
                at = get(at) == (object ? '}' : ']') ? at + 1 : NO;
                depth--;
            }
            if (depth == 0) {
                return at;
            }
        }
        return NO;
    }

    private int key(int from) {
        int end = string(from);
        int colon = end < 0 ? NO : space(end);
        return colon >= 0 && get(colon) == ':' ? space(colon + 1) : NO;
    }

    private int string(int from) {
        if (get(from) != '"') {
            return NO;
        }
        for (int i = from + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i + 1;
            }
            i += c == '\\' ? 1 : 0;
        }
        return NO;
    }

    private int word(int from) {
        int end = from;
        while (end < text.length() && "+-.0123456789abcdefghijklmnopqrstuvwxyzENI".indexOf(text.charAt(end)) >= 0) {
            end++;
        }
        return end == from ? NO : end;
    }

    private int space(int from) {
        int at = from;
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }

    private char get(int at) {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    /** The text between two quotes, as JSON, Go and JavaScript escape it; an escape that is none stays as it stands. */
    static String unquoted(String text, int from, int to) {
        String quoted = text.substring(from, to);
        return quoted.indexOf('\\') < 0 ? quoted : unescaped(quoted);
    }

    private static String unescaped(String text) {
        String plain = ESCAPE.matcher(text).replaceAll(escape -> Matcher.quoteReplacement(character(escape)));
        return LONE_SURROGATE.matcher(plain).replaceAll("\ufffd");
    }

    private static String character(MatchResult escape) {
        String code = escape.group(1) == null ? escape.group(2) : escape.group(1);
        if (code != null) {
            return String.valueOf((char) Integer.parseInt(code, 16));
        }
        int known = "ntrbf".indexOf(escape.group(3));
        return known < 0 ? escape.group(3) : "\n\t\r\b\f".substring(known, known + 1);
    }
}
