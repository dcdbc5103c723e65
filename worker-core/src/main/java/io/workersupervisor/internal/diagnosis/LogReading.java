package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.ExitStatus;
import io.workersupervisor.LogExcerpt;
import io.workersupervisor.LogLevel;
import io.workersupervisor.Redaction;
import io.workersupervisor.internal.diagnosis.TailOfLog.Entry;
import io.workersupervisor.internal.diagnosis.TailOfLog.Line;
import io.workersupervisor.internal.logs.entries.LineKind;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

    private static final int FIRST_SHOWN = 2;
    private static final int LAST_SHOWN = 5;
    private static final int LONGEST_LINE = 240;
    private static final int LONGEST_MASKED = 4_096;

    /** Reads a little first, and more only where the little does not begin with an ordinary line. */
    static LogReading of(Path file, RuleSet rules, ExitStatus exit, Redaction redaction) {
        try {
            TailOfLog tail = TailOfLog.read(file, TailOfLog.SHORT);
            LogEvidence evidence = LogEvidence.of(tail, rules, exit);
            if (!tail.isWhole() && reaches(tail, evidence)) {
                tail = TailOfLog.read(file, TailOfLog.LONGEST);
                evidence = LogEvidence.of(tail, rules, exit);
            }
            return of(String.valueOf(file.getFileName()), tail, evidence, redaction);
        } catch (NoSuchFileException gone) {
            return new LogReading(NOTHING, Optional.empty(), List.of(), "its log is gone");
        } catch (IOException | RuntimeException e) {
            String why = e instanceof IOException io ? Text.reason(io) : e.toString();
            return new LogReading(NOTHING, Optional.empty(), List.of(), "its log could not be read: " + why);
        }
    }

    /** Whether the entry that decided, or the walk, came to the first entry, whose beginning may be missing. */
    private static boolean reaches(TailOfLog tail, LogEvidence evidence) {
        int entries = tail.entries().size();
        return entries < KEPT || evidence.looked() >= entries - 1;
    }

    private static LogReading of(String file, TailOfLog tail, LogEvidence evidence, Redaction redaction) {
        Optional<LogExcerpt> cause = evidence.found()
                .map(found -> excerpt(file, found.line(), found.level(), redaction))
                .or(() -> evidence.last()
                        .map(last ->
                                excerpt(file, last.lines().get(0), last.parsed().level(), redaction)));
        List<Entry> entries = tail.entries();
        List<LogExcerpt> kept = entries.subList(Math.max(0, entries.size() - KEPT), entries.size()).stream()
                .map(entry -> excerpt(file, entry, redaction))
                .toList();
        String looked = tail.size() == 0
                ? "its log is empty"
                : "the log was looked at from its end, " + evidence.looked() + " entries of " + file;
        return new LogReading(evidence, cause, kept, looked);
    }

    /** The reason that was found, for a report that rests on another one. */
    String saying() {
        return evidence.found()
                .map(found -> "the end of its log says " + found.reason() + ": it " + found.by())
                .orElse(looked);
    }

    /** A line as it may be shown. */
    static LogExcerpt excerpt(String file, Line line, LogLevel level, Redaction redaction) {
        return new LogExcerpt(file, line.offset(), level, redaction.apply(bounded(line.text())));
    }

    /** The beginning and the end of a long one: the end says what went wrong. Masked before it is cut. */
    private static LogExcerpt excerpt(String file, Entry entry, Redaction redaction) {
        List<String> lines = shown(entry.lines());
        if (lines.size() > FIRST_SHOWN + LAST_SHOWN) {
            List<String> most = new ArrayList<>(lines.subList(0, FIRST_SHOWN));
            most.add("  ...");
            most.addAll(lines.subList(lines.size() - LAST_SHOWN, lines.size()));
            lines = most;
        }
        StringBuilder text = new StringBuilder();
        for (String line : redaction.apply(String.join("\n", lines)).split("\n", -1)) {
            text.append(text.isEmpty() ? "" : "\n").append(Text.cut(line, LONGEST_LINE));
        }
        return new LogExcerpt(file, entry.offset(), entry.parsed().level(), text.toString());
    }

    private static List<String> shown(List<Line> lines) {
        return lines.stream()
                .filter(line -> line.kind() != LineKind.BLANK && !isVariable(line.text()))
                .map(line -> bounded(line.text()))
                .toList();
    }

    /** Lines in which loguru shows the values of variables: a secret can stand there. */
    private static boolean isVariable(String line) {
        String bare = line.stripLeading();
        return bare.startsWith("\u2502") || bare.startsWith("\u2514");
    }

    /** What is cut here is never shown, so that no half of a secret escapes the mask. */
    private static String bounded(String text) {
        return text.length() <= LONGEST_MASKED ? text : text.substring(0, LONGEST_MASKED);
    }
}
