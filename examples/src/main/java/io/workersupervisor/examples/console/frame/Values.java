package io.workersupervisor.examples.console.frame;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the values on the command line. A message names bound and value; its printer names the option. */
public final class Values {
    /** The names that logging libraries of other languages have for a level. */
    private static final Map<String, LogLevel> ALIASES =
            Map.of("WARN", LogLevel.WARNING, "ERR", LogLevel.ERROR, "FATAL", LogLevel.CRITICAL);

    private Values() {}

    /** Makes a command line read accounts, paths, levels and times. */
    public static void register(CommandLine line) {
        line.registerConverter(AccountId.class, Values::account);
        line.registerConverter(Path.class, Values::path);
        line.registerConverter(LogLevel.class, Values::level);
        line.registerConverter(Moment.class, Values::moment);
    }

    public static AccountId account(String value) {
        if (value.contains("://")) {
            // Misplaced, and with a password in it: a quotation that is cut can end within the password.
            throw new TypeConversionException("account must be a number or a name, was a connection string");
        }
        try {
            return AccountId.parse(value);
        } catch (IllegalArgumentException impossible) {
            throw new TypeConversionException(String.valueOf(impossible.getMessage()));
        }
    }

    /** An absolute path. */
    public static Path path(String value) {
        try {
            return DataDirectory.absolute(Path.of(text(value)));
        } catch (InvalidPathException impossible) {
            throw new TypeConversionException("must be a path, was " + Output.quoted(value));
        } catch (DataDirectoryException inDoubt) {
            throw new TypeConversionException(String.valueOf(inDoubt.getMessage()));
        }
    }

    private static LogLevel level(String value) {
        String name = value.toUpperCase(Locale.ROOT);
        if (ALIASES.containsKey(name)) {
            return ALIASES.get(name);
        }
        return Stream.of(LogLevel.values())
                .filter(level -> level.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException(
                        "must be one of " + String.join(", ", Levels.NAMES) + ", was " + Output.quoted(value)));
    }

    private static Moment moment(String value) {
        return Moment.of(value, ZoneId.systemDefault())
                .orElseThrow(() -> new TypeConversionException("must be how long ago, such as 90s, 30m, 24h or 7d, or a"
                        + " time such as 2026-11-24T10:15:00Z or 2026-11-24, was " + Output.quoted(value)));
    }

    private static String text(String value) {
        if (value.isBlank()) {
            throw new TypeConversionException("needs a value");
        }
        return value;
    }

    private static int number(String value, int least, int most) {
        boolean fits =
                value.matches("[0-9]{1,6}") && Integer.parseInt(value) >= least && Integer.parseInt(value) <= most;
        if (!fits) {
            throw new TypeConversionException(
                    "must be a number from " + least + " to " + most + ", was " + Output.quoted(value));
        }
        return Integer.parseInt(value);
    }

    /** The values of an option that a shell completes. */
    public abstract static class Candidates implements Iterable<String> {
        private final List<String> values;

        public Candidates(List<String> values) {
            this.values = values;
        }

        @Override
        public Iterator<String> iterator() {
            return values.iterator();
        }
    }

    /** The names of the levels, for a shell. */
    public static final class Levels extends Candidates {
        static final List<String> NAMES =
                Stream.of(LogLevel.values()).map(LogLevel::name).toList();

        Levels() {
            super(NAMES);
        }
    }

    /** Any text with something in it. */
    public static final class Text implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            return text(value);
        }
    }

    /** A number within bounds. */
    public static final class Count implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return number(value, 1, 999_999);
        }
    }

    /** A number of log entries. */
    public static final class Entries implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return number(value, 1, LogQuery.MOST);
        }
    }

    /** The exit code of a process. */
    public static final class ExitCode implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return number(value, 0, 255);
        }
    }

    /** The number of a signal. */
    public static final class Signal implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return number(value, 1, 64);
        }
    }

    /** A time in seconds, with a fraction if need be. */
    public static final class Seconds implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            if (!value.matches("[0-9]{1,9}([.][0-9]{1,3})?")) {
                throw new TypeConversionException("must be seconds, such as 2.5, was " + Output.quoted(value));
            }
            return Duration.ofMillis(Math.round(Double.parseDouble(value) * 1_000));
        }
    }

    /** The time for which log entries are kept. */
    public static final class Keep implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            return span(value, Duration.ofMinutes(1), Duration.ofDays(3_650), "1m and 3650d");
        }
    }

    /** The length of a pause. */
    public static final class Pause implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            return span(value, Duration.ofSeconds(1), Duration.ofDays(3_650), "1s and 3650d");
        }
    }

    /** The longest time of a call. */
    public static final class Patience implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            return span(value, Duration.ofSeconds(1), Duration.ofHours(1), "1s and 1h");
        }
    }

    private static Duration span(String value, Duration least, Duration most, String bounds) {
        Duration span = Moment.span(value)
                .orElseThrow(() -> new TypeConversionException(
                        "must be a time such as 90s, 30m, 24h or 7d, was " + Output.quoted(value)));
        if (span.compareTo(least) < 0 || span.compareTo(most) > 0) {
            throw new TypeConversionException("must be between " + bounds + ", was " + Output.quoted(value));
        }
        return span;
    }

    /** The id of a worker. */
    public static final class WorkerId implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            if (!value.matches("[0-9a-z]{26}")) {
                throw new TypeConversionException(
                        "must be a worker id, 26 letters and digits as ps and why show them, was "
                                + Output.quoted(value));
            }
            return value;
        }
    }
}
