package io.workersupervisor;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The end of a log as a stop report needs it: what it says of the cause, and its last entries. A log that cannot be read
 * says so and explains nothing.
 *
 * @param evidence what fits
 * @param cause the line that fits, or else the last one that says something
 * @param lastEntries the last entries, oldest first
 * @param looked what was looked at, in words
 */
record LogReading(LogEvidence evidence, Optional<LogExcerpt> cause, List<LogExcerpt> lastEntries, String looked) {
    /** How many entries a report keeps. */
    static final int KEPT = 12;

    private static final LogEvidence NOTHING = new LogEvidence(Optional.empty(), 0, Optional.empty());

    static final LogReading NONE = new LogReading(NOTHING, Optional.empty(), List.of(), "no log was looked at");

    /** A bot's token: number, colon, secret. */
    private static final Pattern TOKEN = Pattern.compile("\\b(\\d{6,12}):[A-Za-z0-9_-]{30,64}\\b");

    /** Reads a little first, and more only where the little does not begin with an ordinary line. */
    static LogReading of(Path file, DiagnosisRules rules, ExitStatus exit) {
        try {
            TailOfLog tail = TailOfLog.read(file, TailOfLog.SHORT);
            LogEvidence evidence = LogEvidence.of(tail, rules, exit);
            if (!tail.isWhole() && reaches(tail, evidence)) {
                tail = TailOfLog.read(file, TailOfLog.LONGEST);
                evidence = LogEvidence.of(tail, rules, exit);
            }
            return of(String.valueOf(file.getFileName()), tail, evidence);
        } catch (NoSuchFileException gone) {
            return unread("its log is gone");
        } catch (IOException | RuntimeException e) {
            return unread("its log could not be read: "
                    + (e instanceof IOException io ? DataDirectory.reason(io) : e.toString()));
        }
    }

    private static LogReading unread(String why) {
        return new LogReading(NOTHING, Optional.empty(), List.of(), why);
    }

    /** Whether the entry that decided, or the walk, came to the first entry, whose beginning may be missing. */
    private static boolean reaches(TailOfLog tail, LogEvidence evidence) {
        int entries = tail.entries().size();
        return entries < KEPT || evidence.looked() >= entries - 1;
    }

    private static LogReading of(String file, TailOfLog tail, LogEvidence evidence) {
        Optional<LogExcerpt> cause = evidence.found()
                .map(found -> excerpt(file, found.line(), found.level()))
                .or(() -> evidence.last().map(last -> excerpt(file, last.line(), last.level())));
        List<LogExcerpt> kept = new ArrayList<>();
        List<TailOfLog.Entry> entries = tail.entries();
        for (TailOfLog.Entry entry : entries.subList(Math.max(0, entries.size() - KEPT), entries.size())) {
            kept.add(excerpt(file, entry));
        }
        String looked = tail.size() == 0
                ? "its log is empty"
                : "the log was looked at from its end, " + evidence.looked() + " entries of " + file;
        return new LogReading(evidence, cause, kept, looked);
    }

    private static LogExcerpt excerpt(String file, TailOfLog.Line line, LogLevel level) {
        return new LogExcerpt(file, line.offset(), level, shown(line.text()));
    }

    /** The beginning and the end of a long one: the end says what went wrong. */
    private static LogExcerpt excerpt(String file, TailOfLog.Entry entry) {
        Headlines headlines = Headlines.of(entry);
        StringBuilder text = new StringBuilder();
        List<TailOfLog.Line> lines = entry.lines().stream()
                .filter(line -> !line.text().isBlank() && !isVariable(line.text()))
                .toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.size() > 8 && i == 2) {
                i = lines.size() - 5;
                text.append("\n  ...");
            }
            text.append(i == 0 ? "" : "\n").append(Text.cut(lines.get(i).text(), 240));
        }
        return new LogExcerpt(file, entry.offset(), LogEvidence.level(entry, headlines), shown(text.toString()));
    }

    /** Lines in which loguru shows the values of variables: a secret can stand there. */
    private static boolean isVariable(String line) {
        String bare = line.stripLeading();
        return bare.startsWith("\u2502") || bare.startsWith("\u2514");
    }

    private static String shown(String text) {
        String cut = text.length() <= 4_096 ? text : text.substring(0, 4_096);
        return TOKEN.matcher(cut).replaceAll("$1:[token]");
    }
}
