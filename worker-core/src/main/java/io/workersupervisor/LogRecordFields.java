package io.workersupervisor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a line of JSON or of {@code key=value} pairs says: only the fields in which loggers put level, message and exception.
 * Whatever else is in it is payload.
 *
 * @param level the level, where it gives one
 * @param message the message, empty if it has none
 * @param exception the lines of an exception or stack that it carries
 */
record LogRecordFields(Optional<LogLevel> level, String message, List<String> exception) {
    private static final List<String> MESSAGE = List.of("msg", "message", "event");
    private static final List<String> EXCEPTION =
            List.of("exception", "exc_info", "traceback", "stack_trace", "stack", "err", "error");

    private static final int LONGEST = 64 * 1024;
    private static final int MOST_FIELDS = 64;

    /** Empty if the line is neither. */
    static Optional<LogRecordFields> of(String line) {
        if (line.length() > LONGEST) {
            return Optional.empty();
        }
        if (line.startsWith("{")) {
            try {
                return Optional.of(of(Json.object(line)));
            } catch (IllegalArgumentException noJson) {
                return Optional.empty();
            }
        }
        Map<String, @Nullable Object> pairs = pairs(line);
        return pairs.containsKey("level") || pairs.containsKey("lvl") ? Optional.of(of(pairs)) : Optional.empty();
    }

    private static LogRecordFields of(Map<String, @Nullable Object> fields) {
        Optional<LogLevel> level = first(fields, LineHead.LEVEL_FIELDS).flatMap(LineHead::word);
        List<String> exception = new ArrayList<>();
        for (String field : EXCEPTION) {
            text(fields.get(field))
                    .ifPresent(text -> exception.addAll(text.lines().toList()));
        }
        return new LogRecordFields(level, first(fields, MESSAGE).orElse(""), exception);
    }

    private static Optional<String> first(Map<String, @Nullable Object> fields, List<String> names) {
        return names.stream().flatMap(name -> text(fields.get(name)).stream()).findFirst();
    }

    /** An error may be an object with its own stack and message. */
    private static Optional<String> text(@Nullable Object value) {
        if (value instanceof Map<?, ?> object) {
            Map<String, @Nullable Object> fields = Json.asObject(object);
            return text(fields.get("stack")).or(() -> text(fields.get("message")));
        }
        return value instanceof String || value instanceof Long ? Optional.of(value.toString()) : Optional.empty();
    }

    private static Map<String, @Nullable Object> pairs(String line) {
        Map<String, @Nullable Object> pairs = new LinkedHashMap<>();
        int at = 0;
        while (at < line.length() && pairs.size() < MOST_FIELDS) {
            int equals = line.indexOf('=', at);
            if (equals < 0) {
                break;
            }
            String name = line.substring(at, equals).strip();
            StringBuilder value = new StringBuilder();
            at = equals + 1;
            if (at < line.length() && line.charAt(at) == '"') {
                at++;
                while (at < line.length() && line.charAt(at) != '"') {
                    at += line.charAt(at) == '\\' ? 1 : 0;
                    if (at < line.length()) {
                        value.append(line.charAt(at++));
                    }
                }
                at++;
            } else {
                while (at < line.length() && line.charAt(at) != ' ') {
                    value.append(line.charAt(at++));
                }
            }
            pairs.putIfAbsent(name, value.toString());
        }
        return pairs;
    }
}
