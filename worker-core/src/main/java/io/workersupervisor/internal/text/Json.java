package io.workersupervisor.internal.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the JSON of rows, reports and records, in the types of the language: map, list, string, long, double,
 * boolean and null. Pure; nesting is bounded, so that hostile text cannot exhaust the stack.
 */
public final class Json {
    private static final int DEEPEST = 32;

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** The object in the text; {@link IllegalArgumentException} says where the text stops being JSON. */
    public static Map<String, @Nullable Object> object(String text) {
        Json reader = new Json(text);
        Object value = reader.value(0);
        reader.space();
        if (!(value instanceof Map<?, ?>) || reader.at != text.length()) {
            throw reader.bad("one JSON object");
        }
        return asObject(value);
    }

    /** The value as an object; only maps made by this class reach it, and their keys are strings. */
    @SuppressWarnings("unchecked")
    public static Map<String, @Nullable Object> asObject(Object value) {
        return (Map<String, @Nullable Object>) value;
    }

    /** The value as an object; an empty one where it is something else. */
    public static Map<String, @Nullable Object> asObjectOrEmpty(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? asObject(map) : Map.of();
    }

    /** An object of names, each followed by its value, in this order; an empty {@link Optional} is left out. */
    public static Map<String, @Nullable Object> map(Object... namesAndValues) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            Object value =
                    namesAndValues[i + 1] instanceof Optional<?> some ? some.orElse(null) : namesAndValues[i + 1];
            if (value != null) {
                map.put((String) namesAndValues[i], value);
            }
        }
        return map;
    }

    public static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        if (value instanceof Map<?, ?> map) {
            String comma = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(comma);
                comma = ",";
                writeText(String.valueOf(entry.getKey()), out);
                out.append(':');
                write(entry.getValue(), out);
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> list) {
            String comma = "[";
            for (Object item : list) {
                out.append(comma);
                comma = ",";
                write(item, out);
            }
            out.append(list.isEmpty() ? "[]" : "]");
        } else if (value == null || value instanceof Boolean || value instanceof Number) {
            out.append(value);
        } else {
            writeText(value.toString(), out);
        }
    }

    private static void writeText(String value, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x7f || Character.isSurrogate(c)) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private @Nullable Object value(int depth) {
        if (depth > DEEPEST) {
            throw bad("at most " + DEEPEST + " levels");
        }
        space();
        if (at == text.length()) {
            throw bad("a value");
        }
        char c = text.charAt(at);
        if (c == '{') {
            return map(depth);
        } else if (c == '[') {
            return list(depth);
        } else if (c == '"') {
            return string();
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            return number();
        }
        return word();
    }

    private Map<String, @Nullable Object> map(int depth) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        at++;
        if (take('}')) {
            return map;
        }
        do {
            space();
            String key = string();
            need(':');
            map.put(key, value(depth + 1));
        } while (take(','));
        need('}');
        return map;
    }

    private List<@Nullable Object> list(int depth) {
        List<@Nullable Object> list = new ArrayList<>();
        at++;
        if (take(']')) {
            return list;
        }
        do {
            list.add(value(depth + 1));
        } while (take(','));
        need(']');
        return list;
    }

    private String string() {
        need('"');
        StringBuilder out = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return out.toString();
            }
            out.append(c == '\\' ? escaped() : c);
        }
        throw bad("the end of a string");
    }

    private char escaped() {
        char c = at < text.length() ? text.charAt(at++) : ' ';
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> {
                int code = 0;
                for (int end = at + 4; at < end; at++) {
                    int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
                    if (digit < 0 || text.charAt(at) > 'f') {
                        throw bad("four hexadecimal digits");
                    }
                    code = code << 4 | digit;
                }
                yield (char) code;
            }
            default -> throw bad("an escape");
        };
    }

    private Object number() {
        int from = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String digits = text.substring(from, at);
        Matcher number = NUMBER.matcher(digits);
        try {
            if (number.matches() && number.group(2) == null && number.group(3) == null) {
                return Long.valueOf(digits);
            }
            if (number.matches() && Double.isFinite(Double.parseDouble(digits))) {
                return Double.valueOf(digits);
            }
        } catch (NumberFormatException beyond) {
            // Not one of 64 bits: it could not be written again as it was.
        }
        throw bad("a number");
    }

    private @Nullable Object word() {
        for (String known : List.of("true", "false", "null")) {
            if (text.startsWith(known, at)) {
                at += known.length();
                return known.equals("null") ? null : (Boolean) known.equals("true");
            }
        }
        throw bad("a value");
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean take(char c) {
        space();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void need(char c) {
        if (!take(c)) {
            throw bad("'" + c + "'");
        }
    }

    private IllegalArgumentException bad(String expected) {
        return new IllegalArgumentException("not JSON: expected " + expected + " at character " + at);
    }
}
