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
        return List.of(text.split(" ", -1));
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

    /** The meaning of a line and of more lines behind it; empty where the line only looks like one of these. */
    static Optional<Parsed> parse(String line, String more, Before before) {
        if (line.startsWith("{")) {
            return JsonLine.fields(line)
                    .flatMap(fields -> new StructuredLine(true, flattened(fields)).read(more, before));
        }
        return new StructuredLine(false, Logfmt.fields(line)).read(more, before);
    }

    private Optional<Parsed> read(String more, Before before) {
        boolean numbered = named(LEVEL).stream().limit(1).anyMatch(Field::isNumber);
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
                        .map(field -> EntryParser.clean(field.words()))
                        .filter(name -> !name.isEmpty()),
                EntryParser.clean(message(message == null ? "" : message.words())) + more,
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
        return new Words(message == null ? "" : message.words(), errors);
    }

    private static Optional<String> error(Field field) {
        if (field.text() != null || !field.value().startsWith("{")) {
            return Optional.ofNullable(field.text());
        }
        StructuredLine inner =
                new StructuredLine(true, JsonLine.fields(field.value()).orElse(List.of()));
        return Optional.ofNullable(inner.takeText(STACK))
                .or(() -> Optional.ofNullable(inner.takeText(MESSAGE)))
                .map(Field::words);
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
        for (Field field : named(LEVEL)) {
            @Nullable LogLevel level = level(field);
            if (level != null) {
                left.remove(field);
                return level;
            }
        }
        return null;
    }

    private static @Nullable LogLevel level(Field field) {
        if (field.isNumber()) {
            return field.value().matches("[0-9]{1,9}(?:\\.[0-9]*)?")
                    ? LevelWords.ofNumber(Double.parseDouble(field.value()))
                    : null;
        }
        return field.text() == null ? null : LevelWords.of(field.text());
    }

    private @Nullable Instant takeTime(Before before) {
        for (Field field : named(TIME)) {
            Optional<Instant> time = field.value().startsWith("{")
                    ? nestedTime(field, before)
                    : TimeScanner.whole(field.words(), before);
            if (time.isPresent()) {
                left.remove(field);
                return time.get();
            }
        }
        return null;
    }

    /** MongoDB's {@code {"$date": "..."}}, log4j's {@code {"epochSecond": 1, "nanoOfSecond": 2}}. */
    private static Optional<Instant> nestedTime(Field field, Before before) {
        long nanos = 0;
        Optional<Instant> time = Optional.empty();
        for (Field part : JsonLine.fields(field.value()).orElse(List.of())) {
            if (part.key().equals("$date") || part.key().equals("epochSecond")) {
                time = TimeScanner.whole(part.words(), before);
            } else if (part.key().equals("nanoOfSecond") && part.value().matches("[0-9]{1,9}")) {
                nanos = Long.parseLong(part.value());
            }
        }
        long more = nanos;
        return time.map(second -> second.plusNanos(more));
    }

    private @Nullable Field takeText(List<String> keys) {
        for (Field field : named(keys)) {
            if (field.text() != null) {
                left.remove(field);
                return field;
            }
        }
        return null;
    }

    /** Moves the stacks to the end; an error object that has nothing else is left out. */
    private void takeStacks() {
        for (Field field : List.copyOf(left)) {
            boolean isStack = isIn(STACK, field)
                    && field.text() != null
                    && (json || field.text().indexOf('\n') >= 0);
            if (isStack) {
                appendStack(field);
                left.remove(field);
            } else if (isIn(ERROR, field) && field.value().startsWith("{")) {
                List<Field> parts =
                        new ArrayList<>(JsonLine.fields(field.value()).orElse(List.of()));
                int all = parts.size();
                parts.stream()
                        .filter(part -> isIn(STACK, part) && part.text() != null)
                        .forEach(this::appendStack);
                parts.removeIf(part -> isIn(STACK, part) && part.text() != null);
                if (parts.size() < all) {
                    String value = "{"
                            + String.join(",", parts.stream().map(Field::source).toList()) + "}";
                    left.set(
                            left.indexOf(field),
                            new Field(field.key(), '"' + field.key() + "\":" + value, value, null));
                    left.removeIf(known -> known.value().equals("{}") && isIn(ERROR, known));
                }
            }
        }
    }

    private void appendStack(Field stack) {
        stacks.append('\n').append(stack.words().stripTrailing());
    }

    private List<Field> named(List<String> keys) {
        return keys.stream()
                .flatMap(key -> left.stream().filter(field -> field.key().equalsIgnoreCase(key)))
                .toList();
    }
}
