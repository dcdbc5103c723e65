package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;
import io.workersupervisor.internal.logs.entries.JsonLine.Field;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines of JSON, as pino, bunyan, structlog, zap, slog, logback's encoder and others write them, and lines of
 * {@code key=value}. Pure and linear.
 *
 * <p>A line counts as one where it has a level that is known, or a time and a message. Its message is the text of the message
 * field, then, behind a space, the fields that are left, as one JSON object or {@code key=value} as they stood, then each stack
 * trace from a new line. So nothing is lost but process id and host name beside a level that is a number: pino and bunyan write
 * them into every line.
 */
public final class StructuredLine {
    private static final List<String> LEVEL =
            names("level levelname severity lvl log.level level_name loglevel log_level @l s");
    private static final List<String> TIME =
            names("time timestamp @timestamp ts datetime asctime date @t t timeMillis instant");
    private static final List<String> LOGGER =
            names("logger logger_name loggerName log.logger name channel SourceContext");
    private static final List<String> MESSAGE =
            names("msg message event @message @m @mt short_message log RenderedMessage MessageTemplate");
    private static final List<String> STACK = names("stack stack_trace stackTrace exc_info exception exc_text traceback"
            + " error.stack error.stack_trace err.stack @x");
    private static final List<String> ERROR = names("err error");

    private final boolean json;
    private final List<Field> left;
    private final StringBuilder stacks = new StringBuilder();

    private StructuredLine(boolean json, List<Field> fields) {
        this.json = json;
        left = new ArrayList<>(fields);
    }

    private static List<String> names(String text) {
        return List.of(text.split(" "));
    }

    private static boolean isIn(List<String> names, Field field) {
        return names.stream().anyMatch(name -> name.equalsIgnoreCase(field.key()));
    }

    /** Rust's tracing writes message and values into an object of their own, and the logger as {@code target}. */
    private static List<Field> flattened(List<Field> fields) {
        List<Field> flat = new ArrayList<>();
        boolean isTracing = fields.stream()
                .anyMatch(field -> field.key().equals("fields") && field.value().startsWith("{"));
        for (Field field : fields) {
            if (isTracing && field.key().equals("fields")) {
                flat.addAll(JsonLine.fields(field.value()).orElse(List.of()));
            } else {
                boolean isLogger = isTracing && field.key().equals("target");
                flat.add(isLogger ? new Field("logger", field.source(), field.value(), field.text()) : field);
            }
        }
        return flat;
    }

    /** What a line says; empty where it only looks like one of these. */
    static Optional<Parsed> parse(String line, Before before) {
        if (line.startsWith("{")) {
            return JsonLine.fields(line).flatMap(fields -> new StructuredLine(true, flattened(fields)).read(before));
        }
        return new StructuredLine(false, Logfmt.fields(line)).read(before);
    }

    private Optional<Parsed> read(Before before) {
        boolean numbered = isNumber(first(LEVEL));
        @Nullable LogLevel level = takeLevel();
        @Nullable Instant time = takeTime(before);
        @Nullable Field message = takeText(MESSAGE);
        if (level == null && (time == null || message == null)) {
            return Optional.empty();
        }
        @Nullable Field logger = takeText(LOGGER);
        takeStacks();
        if (numbered) {
            left.removeIf(field -> field.key().equals("pid") || field.key().equals("hostname"));
        }
        return Optional.of(new Parsed(
                level == null ? LogLevel.INFO : level,
                time == null ? EntryParser.inferred(before) : time,
                time == null,
                Optional.ofNullable(logger)
                        .map(field -> EntryParser.clean(textOf(field)))
                        .filter(name -> !name.isEmpty()),
                EntryParser.clean(message(message == null ? "" : textOf(message))),
                level == null ? Parsed.Form.RECORD : Parsed.Form.LEVELLED));
    }

    /**
     * What a line says in words, without whatever else it carries.
     *
     * @param message its message, empty if it has none
     * @param errors the exceptions, stacks and errors in it, each of one or more lines
     */
    public record Words(String message, List<String> errors) {}

    /** The words of a line; none where it is no such line. */
    public static Words words(String line) {
        List<Field> fields = line.startsWith("{") ? JsonLine.fields(line).orElse(List.of()) : Logfmt.fields(line);
        StructuredLine read = new StructuredLine(true, flattened(fields));
        @Nullable Field message = read.takeText(MESSAGE);
        List<String> errors = new ArrayList<>();
        for (Field field : read.left) {
            if (isIn(STACK, field) || isIn(ERROR, field)) {
                error(field).ifPresent(errors::add);
            }
        }
        return new Words(message == null ? "" : textOf(message), errors);
    }

    /** An error may be an object with its own stack or message. */
    private static Optional<String> error(Field field) {
        if (field.text() != null || !field.value().startsWith("{")) {
            return Optional.ofNullable(field.text());
        }
        StructuredLine inner =
                new StructuredLine(true, JsonLine.fields(field.value()).orElse(List.of()));
        return Optional.ofNullable(inner.takeText(STACK))
                .or(() -> Optional.ofNullable(inner.takeText(MESSAGE)))
                .map(StructuredLine::textOf);
    }

    private String message(String text) {
        StringBuilder message = new StringBuilder(text);
        if (!left.isEmpty()) {
            message.append(text.isEmpty() ? "" : " ").append(json ? "{" : "");
            String separator = "";
            for (Field field : left) {
                message.append(separator).append(field.source());
                separator = json ? "," : " ";
            }
            message.append(json ? "}" : "");
        }
        return message.append(stacks).toString();
    }

    private @Nullable LogLevel takeLevel() {
        for (String key : LEVEL) {
            for (Field field : left) {
                if (field.key().equalsIgnoreCase(key)) {
                    @Nullable LogLevel level = level(field);
                    if (level != null) {
                        left.remove(field);
                        return level;
                    }
                }
            }
        }
        return null;
    }

    private static @Nullable LogLevel level(Field field) {
        if (isNumber(field)) {
            try {
                return LevelWords.ofNumber(Double.parseDouble(field.value()));
            } catch (NumberFormatException noNumber) {
                return null;
            }
        }
        return field.text() == null ? null : LevelWords.of(field.text());
    }

    private static boolean isNumber(@Nullable Field field) {
        if (field == null || field.value().isEmpty() || field.value().length() > 20) {
            return false;
        }
        char c = field.value().charAt(0);
        return c >= '0' && c <= '9';
    }

    private @Nullable Instant takeTime(Before before) {
        for (String key : TIME) {
            @Nullable Field field = first(List.of(key));
            Optional<Instant> time = field == null ? Optional.empty() : time(field, before);
            if (field != null && time.isPresent()) {
                left.remove(field);
                return time.get();
            }
        }
        return null;
    }

    private Optional<Instant> time(Field field, Before before) {
        @Nullable String text = field.text() == null ? field.value() : field.text();
        if (field.value().startsWith("{")) {
            return nestedTime(field, before);
        }
        return TimeScanner.whole(text, before);
    }

    /** MongoDB's {@code {"$date": "..."}}, log4j's {@code {"epochSecond": 1, "nanoOfSecond": 2}}. */
    private static Optional<Instant> nestedTime(Field field, Before before) {
        List<Field> inner = JsonLine.fields(field.value()).orElse(List.of());
        for (Field part : inner) {
            if (part.key().equals("$date") && part.text() != null) {
                return TimeScanner.whole(part.text(), before);
            } else if (part.key().equals("epochSecond")) {
                return TimeScanner.whole(part.value(), before).map(second -> second.plusNanos(nanos(inner)));
            }
        }
        return Optional.empty();
    }

    private static long nanos(List<Field> fields) {
        for (Field field : fields) {
            if (field.key().equals("nanoOfSecond") && field.value().matches("[0-9]{1,9}")) {
                return Long.parseLong(field.value());
            }
        }
        return 0;
    }

    /** The first of these fields that is a string. */
    private @Nullable Field takeText(List<String> keys) {
        for (String key : keys) {
            for (Field field : left) {
                if (field.key().equalsIgnoreCase(key) && field.text() != null) {
                    left.remove(field);
                    return field;
                }
            }
        }
        return null;
    }

    private void takeStacks() {
        List<Field> kept = new ArrayList<>();
        for (Field field : left) {
            if (isIn(STACK, field) && field.text() != null && json) {
                appendStack(field.text());
            } else if (isIn(STACK, field)
                    && field.text() != null
                    && field.text().indexOf('\n') >= 0) {
                appendStack(field.text());
            } else if (isIn(ERROR, field) && field.value().startsWith("{")) {
                kept.addAll(withoutStack(field));
            } else {
                kept.add(field);
            }
        }
        left.clear();
        left.addAll(kept);
    }

    /** An error object without its stack, which goes to the end of the message; nothing where it has nothing else. */
    private List<Field> withoutStack(Field error) {
        List<String> sources = new ArrayList<>();
        boolean found = false;
        for (Field part : JsonLine.fields(error.value()).orElse(List.of())) {
            if (isIn(STACK, part) && part.text() != null) {
                appendStack(part.text());
                found = true;
            } else {
                sources.add(part.source());
            }
        }
        if (!found) {
            return List.of(error);
        }
        if (sources.isEmpty()) {
            return List.of();
        }
        String value = "{" + String.join(",", sources) + "}";
        return List.of(new Field(error.key(), '"' + error.key() + "\":" + value, value, null));
    }

    private void appendStack(String stack) {
        stacks.append('\n').append(stack.stripTrailing());
    }

    private @Nullable Field first(List<String> keys) {
        for (String key : keys) {
            for (Field field : left) {
                if (field.key().equalsIgnoreCase(key)) {
                    return field;
                }
            }
        }
        return null;
    }

    private static String textOf(Field field) {
        return field.text() == null ? field.value() : field.text();
    }
}
