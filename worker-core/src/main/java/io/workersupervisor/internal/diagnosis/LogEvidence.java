package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.LogLevel;
import io.workersupervisor.internal.logs.entries.LineKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;

/**
 * What the end of a log says about the stop. Pure; linear in the length of the tail.
 *
 * <ol>
 *   <li>Walk back from the last entry. Lines that only close things are passed.
 *   <li>A traceback, a crash or a record of WARNING and above is asked about, each by all rules: the special ones, then those
 *       of a last resort. The first that fits decides.
 *   <li>A record of an error that no rule knows is passed, and what is found before it is POSSIBLE.
 *   <li>An ordinary line ends the walk: what stands before it was survived. Where ordinary lines come from a logging
 *       framework, some lines of plain output are passed, and what is found before them is POSSIBLE.
 * </ol>
 *
 * @param found the rule that fits, with what it captured
 * @param looked how many entries were looked at
 * @param last the last entry that says something, where nothing was found
 */
record LogEvidence(Optional<Found> found, int looked, Optional<Last> last) {
    private static final int MOST_ENTRIES = 64;
    private static final int MOST_PLAIN = 5;

    /**
     * A rule that fits.
     *
     * @param rule the rule
     * @param confidence how sure it is here
     * @param retryAfter the time that the line names
     * @param line the line
     * @param level how grave its entry is
     */
    record Found(
            DiagnosisRule rule,
            Confidence confidence,
            Optional<Duration> retryAfter,
            TailOfLog.Line line,
            LogLevel level) {}

    /** The last entry, and whether it stands at the very end. */
    record Last(TailOfLog.Line line, LogLevel level) {}

    /** How the entries behind the one that is looked at weaken it. */
    private static final class Walk {
        int plain;
        boolean isWeak;
        final List<TailOfLog.Entry> later = new ArrayList<>();
        Optional<Last> last = Optional.empty();
        int looked;
    }

    static LogEvidence of(TailOfLog tail, RuleSet rules, ExitStatus exit) {
        boolean hasRecords = tail.hasRecords();
        Walk walk = new Walk();
        List<TailOfLog.Entry> entries = tail.entries();
        for (int i = entries.size() - 1; i >= 0 && walk.looked < MOST_ENTRIES; i--) {
            TailOfLog.Entry entry = entries.get(i);
            walk.looked++;
            if (isBlank(entry)) {
                continue;
            }
            Headlines headlines = Headlines.of(entry);
            if (!passes(headlines, rules, walk)) {
                walk.last = walk.last.or(() -> Optional.of(last(entry)));
                break;
            }
            Optional<Found> found = ask(entry, headlines, rules, exit, walk);
            if (found.isPresent()) {
                return new LogEvidence(found, walk.looked, Optional.empty());
            }
            if (isClosing(headlines, entry, rules)) {
                walk.later.add(entry);
                continue;
            }
            if (walk.last.isEmpty()) {
                walk.last = Optional.of(last(entry));
            }
            if (!passes(entry, hasRecords, walk)) {
                break;
            }
            walk.later.add(entry);
        }
        return new LogEvidence(Optional.empty(), walk.looked, walk.last);
    }

    private static boolean isBlank(TailOfLog.Entry entry) {
        return entry.lines().stream().allMatch(line -> line.kind() == LineKind.BLANK);
    }

    private static boolean isClosing(Headlines headlines, TailOfLog.Entry entry, RuleSet rules) {
        return entry.crash() == Crash.NONE && headlines.lines().stream().anyMatch(line -> rules.isClosing(line.text()));
    }

    private static boolean isGrave(TailOfLog.Entry entry) {
        return entry.level()
                .filter(level -> level.compareTo(LogLevel.ERROR) >= 0)
                .isPresent();
    }

    private static Last last(TailOfLog.Entry entry) {
        return new Last(entry.lines().get(0), entry.parsed().level());
    }

    /** Output behind an exception is what goes on with its message, or what was written when it was survived. */
    private static boolean passes(Headlines headlines, RuleSet rules, Walk walk) {
        long plain = headlines.behind().stream()
                .filter(line -> !rules.isClosing(line.text()))
                .count();
        walk.isWeak |= plain > 0;
        walk.plain += (int) plain;
        return walk.plain <= MOST_PLAIN;
    }

    /** Whether what stands before may still be the cause, although no rule knows this one. */
    private static boolean passes(TailOfLog.Entry entry, boolean hasRecords, Walk walk) {
        if (entry.crash() != Crash.NONE) {
            return false;
        } else if (isGrave(entry)) {
            walk.isWeak = true;
            return true;
        } else if (entry.isRecord() || !hasRecords) {
            return false;
        }
        walk.isWeak = true;
        walk.plain += entry.lines().size();
        return walk.plain <= MOST_PLAIN;
    }

    private static Optional<Found> ask(
            TailOfLog.Entry entry, Headlines headlines, RuleSet rules, ExitStatus exit, Walk walk) {
        boolean isOrdinary = entry.isRecord()
                && entry.crash() == Crash.NONE
                && entry.level()
                        .filter(level -> level.compareTo(LogLevel.WARNING) < 0)
                        .isPresent();
        if (isOrdinary) {
            return Optional.empty();
        }
        return ask(entry, headlines, rules.causes(), exit, walk)
                .or(() -> ask(entry, headlines, rules.lastResorts(), exit, walk));
    }

    private static Optional<Found> ask(
            TailOfLog.Entry entry, Headlines headlines, List<DiagnosisRule> rules, ExitStatus exit, Walk walk) {
        boolean crashed = exit instanceof ExitStatus.Signalled || exit instanceof ExitStatus.ExitedOrSignalled;
        for (TailOfLog.Line line : headlines.lines()) {
            for (DiagnosisRule rule : rules) {
                if (!RuleMatch.fits(rule, exit)
                        || !RuleMatch.fits(rule, entry.level())
                        || (crashed && !rule.isAbort())) {
                    continue;
                }
                Optional<Matcher> match = RuleMatch.match(rule, line.text());
                if (match.isPresent() && RuleMatch.isNear(rule, entry) && holds(rule, walk)) {
                    Confidence confidence =
                            walk.isWeak || !isError(entry, rule) ? Confidence.POSSIBLE : rule.confidence();
                    return Optional.of(new Found(
                            rule,
                            confidence,
                            RuleMatch.retryAfter(rule, match.get()),
                            line,
                            entry.parsed().level()));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean holds(DiagnosisRule rule, Walk walk) {
        boolean isFollowed = !rule.followedBy().isPresent();
        for (TailOfLog.Entry entry : walk.later) {
            for (TailOfLog.Line line : entry.lines()) {
                if (RuleMatch.isUndoneBy(rule, line.text())) {
                    return false;
                }
                isFollowed |= RuleMatch.isFollowedBy(rule, line.text());
            }
        }
        return isFollowed;
    }

    /** Whether the entry is an error by its form: plain words and warnings may be anything. */
    private static boolean isError(TailOfLog.Entry entry, DiagnosisRule rule) {
        boolean hasStack = !entry.isRecord()
                && entry.lines().size() > 1
                && entry.lines().get(1).text().stripLeading().startsWith("at ");
        return entry.crash() != Crash.NONE || isGrave(entry) || hasStack || rule.isPlain();
    }
}
