package io.workersupervisor.internal.logs.entries;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes lines of {@code key=value} apart, as logrus, slog and others write them. Pure and linear. */
final class Logfmt {
    private static final String[] FIRST_KEYS = {"time=", "ts=", "level=", "lvl=", "timestamp=", "t=", "severity="};

    private Logfmt() {}

    /** Whether a line begins with a key by which such lines begin. */
    static boolean is(byte[] line, int from, int to) {
        return TraceLine.startsAny(line, from, to, FIRST_KEYS);
    }

    /** The fields of a line; a word without a value is a field without a key. */
    static List<JsonLine.Field> fields(String line) {
        List<JsonLine.Field> fields = new ArrayList<>();
        int at = 0;
        boolean quotes = true;
        while (at < line.length()) {
            if (line.charAt(at) == ' ' || line.charAt(at) == '\t') {
                at++;
                continue;
            }
            int value = at;
            while (value < line.length() && line.charAt(value) != '=' && line.charAt(value) != ' ') {
                value++;
            }
            boolean keyed = value < line.length() && line.charAt(value) == '=';
            int from = keyed ? value + 1 : at;
            boolean opens = keyed && quotes && from < line.length() && line.charAt(from) == '"';
            int quoted = opens ? closingQuote(line, from) : -1;
            quotes &= !opens || quoted >= 0;
            int end = quoted < 0 ? from : quoted + 1;
            while (end < line.length() && line.charAt(end) != ' ') {
                end++;
            }
            boolean string = quoted >= 0 && end == quoted + 1;
            String text = string ? JsonLine.unquoted(line, from + 1, quoted) : line.substring(from, end);
            @Nullable String known = keyed ? text : null;
            fields.add(new JsonLine.Field(
                    keyed ? line.substring(at, value) : "", line.substring(at, end), line.substring(from, end), known));
            at = end;
        }
        return fields;
    }

    /** Where the quote that opens here is closed; negative where it never is: then no later one counts, either. */
    private static int closingQuote(String line, int from) {
        for (int i = from + 1; i < line.length(); i++) {
            if (line.charAt(i) == '"') {
                return i;
            }
            i += line.charAt(i) == '\\' ? 1 : 0;
        }
        return -1;
    }
}
