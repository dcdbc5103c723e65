package io.workersupervisor;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The beginning of a line by which a logging framework can be told from plain output: a time, a level, a JSON object or
 * {@code key=value} pairs.
 *
 * @param level the level, where the line gives one
 * @param message where the message begins, behind time and level; the name of a logger may stand there first
 */
record LineHead(Optional<LogLevel> level, int message) {
    /** Time and level stand within so many characters. */
    private static final int LONGEST = 200;

    private static final Pattern TIME = Pattern.compile("[\\[(<]?(?:"
            + "\\d{4}[-/.]\\d\\d[-/.]\\d\\d[T ,]\\d\\d:\\d\\d(?::\\d\\d)?[\\d.,:+Zz-]*"
            + "|\\d\\d:\\d\\d:\\d\\d[.,\\d]*"
            + "|[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d[.\\d]*)[\\])>]?");

    private static final String UPPER =
            "TRACE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|ERR|CRITICAL|CRIT|FATAL|SEVERE|PANIC|ALERT|EMERG";
    private static final String LOWER = "trace|debug|info|notice|warning|warn|error|critical|fatal|panic";

    /** Behind a time: upper case as a word, lower case only where a mark ends it. */
    private static final Pattern LEVEL =
            Pattern.compile("(?<![\\w.'\"])(?:(" + UPPER + ")(?=[\\s\\])|>/:,-]|$)|(" + LOWER + ")(?=\\s*[:\\])|]))");

    private static final Pattern FIRST_LEVEL =
            Pattern.compile("\\[?(" + UPPER + ")(?:\\s*[\\]/:|]|\\s)" + "|\\[(" + LOWER + ")]|(" + LOWER + "):(?= )");

    private static final Pattern TIME_AFTER = Pattern.compile("[/ \\[]*\\d{4}-\\d\\d-\\d\\d[T ][\\d:.,+Z-]*\\]?");
    private static final Pattern GLOG = Pattern.compile("([IWEF])\\d{4} \\d\\d:\\d\\d:\\d\\d\\S*");
    private static final Pattern TDLIB = Pattern.compile("\\[ ?(\\d)\\]\\[t ?\\d+\\]\\[[\\d.]+\\](?:\\[[^\\]]*\\])*");
    private static final Pattern LOGFMT = Pattern.compile("(?:time|ts|t|level|lvl)=\\S");

    /** Empty for a line of plain output. */
    static Optional<LineHead> of(String line) {
        if (line.isEmpty() || Character.isWhitespace(line.charAt(0))) {
            return Optional.empty();
        }
        String head = line.length() <= LONGEST ? line : line.substring(0, LONGEST);
        char first = head.charAt(0);
        if (first == '{') {
            return line.endsWith("}") ? Optional.of(new LineHead(Optional.empty(), 0)) : Optional.empty();
        } else if (first == '[' || first == '(' || first == '<' || Character.isDigit(first)) {
            return bracket(head);
        } else if (Character.isUpperCase(first)) {
            return level(head).or(() -> glog(head)).or(() -> time(head));
        }
        return LOGFMT.matcher(head).lookingAt() ? Optional.of(new LineHead(Optional.empty(), 0)) : level(head);
    }

    private static Optional<LineHead> bracket(String head) {
        return time(head).or(() -> level(head)).or(() -> {
            Matcher tdlib = TDLIB.matcher(head);
            return tdlib.lookingAt()
                    ? Optional.of(new LineHead(Optional.of(tdlib(tdlib.group(1))), skip(head, tdlib.end())))
                    : Optional.empty();
        });
    }

    private static Optional<LineHead> time(String head) {
        Matcher time = TIME.matcher(head);
        if (!time.lookingAt()) {
            return Optional.empty();
        }
        Matcher level = LEVEL.matcher(head).region(time.end(), Math.min(head.length(), time.end() + 96));
        return level.find()
                ? Optional.of(new LineHead(word(first(level)), skip(head, level.end())))
                : Optional.of(new LineHead(Optional.empty(), skip(head, time.end())));
    }

    private static Optional<LineHead> level(String head) {
        Matcher level = FIRST_LEVEL.matcher(head);
        if (!level.lookingAt()) {
            return Optional.empty();
        }
        String word = first(level);
        int end = head.indexOf(word) + word.length();
        Matcher time = TIME_AFTER.matcher(head).region(end, head.length());
        return Optional.of(new LineHead(word(word), skip(head, time.lookingAt() ? time.end() : end)));
    }

    private static Optional<LineHead> glog(String head) {
        Matcher glog = GLOG.matcher(head);
        return glog.lookingAt()
                ? Optional.of(new LineHead(
                        word(
                                switch (glog.group(1)) {
                                    case "I" -> "INFO";
                                    case "W" -> "WARN";
                                    case "E" -> "ERROR";
                                    default -> "FATAL";
                                }),
                        skip(head, glog.end())))
                : Optional.empty();
    }

    private static LogLevel tdlib(String number) {
        return switch (number) {
            case "0" -> LogLevel.CRITICAL;
            case "1" -> LogLevel.ERROR;
            case "2" -> LogLevel.WARNING;
            case "3" -> LogLevel.INFO;
            default -> LogLevel.DEBUG;
        };
    }

    private static String first(Matcher matched) {
        for (int group = 1; group <= matched.groupCount(); group++) {
            String text = matched.group(group);
            if (text != null) {
                return text;
            }
        }
        throw new IllegalStateException("a level without its word");
    }

    private static int skip(String head, int from) {
        int at = from;
        while (at < head.length() && " \t])>|:/-".indexOf(head.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }

    /** A level in the words of any framework, or as the number that pino and bunyan write. */
    static Optional<LogLevel> word(String word) {
        return switch (word.toUpperCase(Locale.ROOT)) {
            case "TRACE", "DEBUG", "10", "20" -> Optional.of(LogLevel.DEBUG);
            case "INFO", "NOTICE", "30" -> Optional.of(LogLevel.INFO);
            case "WARN", "WARNING", "40" -> Optional.of(LogLevel.WARNING);
            case "ERROR", "ERR", "SEVERE", "50" -> Optional.of(LogLevel.ERROR);
            case "CRITICAL", "CRIT", "FATAL", "PANIC", "ALERT", "EMERG", "60" -> Optional.of(LogLevel.CRITICAL);
            default -> Optional.empty();
        };
    }

    /** The fields in which structured lines carry a level. */
    static final List<String> LEVEL_FIELDS = List.of("level", "severity", "lvl", "levelname", "log.level");
}
