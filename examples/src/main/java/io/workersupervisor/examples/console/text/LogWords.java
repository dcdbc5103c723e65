package io.workersupervisor.examples.console.text;

import io.workersupervisor.AccountId;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import java.util.ArrayList;
import java.util.List;

/** Log entries, and questions for them, as people read them. */
public final class LogWords {
    private final Times times;
    private final Colours colours;

    public LogWords(Times times, Colours colours) {
        this.times = times;
        this.colours = colours;
    }

    /**
     * Time with its offset, level, account, logger and message; further lines of the message are indented. A time that the
     * line does not give has a tilde.
     */
    public String text(LogEntry entry) {
        List<String> lines = entry.message().lines().map(LogWords::printable).toList();
        StringBuilder text = new StringBuilder("%s%s %s %s "
                .formatted(
                        times.text(entry.timestamp()),
                        entry.inferred() ? "~" : " ",
                        level(entry.level()),
                        entry.account()));
        entry.logger().ifPresent(logger -> text.append(printable(logger)).append(": "));
        text.append(lines.isEmpty() ? "" : lines.get(0));
        lines.stream().skip(1).forEach(line -> text.append("\n    ").append(line));
        return text.toString().stripTrailing();
    }

    private String level(LogLevel level) {
        String text = "%-8s".formatted(level);
        return switch (level) {
            case CRITICAL, ERROR -> colours.red(text);
            case WARNING -> colours.yellow(text);
            default -> text;
        };
    }

    /** Removes control characters: a worker's text must not command the terminal. */
    private static String printable(String line) {
        StringBuilder text = new StringBuilder(line.length());
        line.codePoints().forEach(c -> text.appendCodePoint(c != '\t' && Character.isISOControl(c) ? '\ufffd' : c));
        return text.toString();
    }

    /** The question in words: {@code account 5, WARNING and above}. */
    public String text(LogQuery query) {
        List<String> words = new ArrayList<>();
        words.add(query.account().map(account -> "account " + account).orElse("all accounts"));
        query.workerId().ifPresent(worker -> words.add("worker " + worker));
        LogLevel least = query.levels().stream().min(LogLevel::compareTo).orElse(LogLevel.DEBUG);
        if (least != LogLevel.DEBUG) {
            words.add(least == LogLevel.CRITICAL ? "CRITICAL" : least + " and above");
        }
        query.since().ifPresent(since -> words.add("since " + times.text(since)));
        query.until().ifPresent(until -> words.add("until " + times.text(until)));
        return String.join(", ", words);
    }

    /** The message about an account that has neither row nor report nor entry. */
    public static String unknown(AccountId account) {
        return "account " + account + " is not known here: it was never started or stopped";
    }
}
