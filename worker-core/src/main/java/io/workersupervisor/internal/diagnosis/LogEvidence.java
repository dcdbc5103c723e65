package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.LogLevel;
import io.workersupervisor.StopReason;
import io.workersupervisor.internal.diagnosis.TailOfLog.Entry;
import io.workersupervisor.internal.diagnosis.TailOfLog.Line;
import io.workersupervisor.internal.logs.entries.LineKind;
import io.workersupervisor.internal.text.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the end of a log says about the stop. Pure; linear in the length of the tail.
 *
 * <ol>
 *   <li>Where is the end? Walk back from the last entry over whatever is written while a program ends: farewells, clean-up,
 *       consequences. Few lines follow an end, and little time.
 *   <li>Was it survived? More ordinary lines, over more time, or words of success end the walk.
 *   <li>What does it mean? Each entry that is an error by its form or its words is asked about: rules of libraries first, then
 *       the vocabulary, then the form alone. A lost connection and a bare exception give way to a cause right before them.
 * </ol>
 *
 * @param found what was found
 * @param looked how many entries were looked at
 * @param last the last entry that says something, where nothing was found
 */
record LogEvidence(Optional<Found> found, int looked, Optional<Entry> last) {
    private static final int TRAP = 5;
    private static final int ABRT = 6;
    private static final int MOST_ENTRIES = 64;
    private static final int MOST_PLAIN = 5;
    private static final int MOST_QUICK = 20;
    private static final int MOST_BEFORE = 6;

    /** Zones differ by quarters of an hour. */
    private static final long QUARTER = 900;

    private static final Duration ENDING = Duration.ofSeconds(2);
    private static final Duration QUICK = Duration.ofSeconds(5);
    private static final Duration BURST = Duration.ofSeconds(15);
    private static final Pattern FAREWELL =
            Pattern.compile("(?i)\\b(?:shut(?:ting)?[ -]?down|stop(?:ped|ping)?|clos(?:e|ed|ing)"
                    + "|disconnect(?:ed|ing)?|exit(?:ed|ing)?|quit(?:ting)?|terminat(?:ed|ing)|clean(?:ing)?[ -]?up|destroy(?:ed|ing)"
                    + "|cancell?(?:ed|ing)|bye|goodbye|aborted|crashed|die|unclosed|pending)\\b");
    private static final Pattern WELL =
            Pattern.compile("(?i)\\b(?:(?:re)?connect(?:ed|ion) ?(?:to|successfully|established|complete|restored|$)"
                    + "|(?:resumed|recovered|succeeded|reconnected|success(?:ful(?:ly)?)?)\\b|complete!)");
    private static final Pattern FAILING =
            Pattern.compile("(?i)^\\W*(?:\\w+[: ]+){0,2}?(?:error|failed|failure|fail|cannot|can't|could not"
                    + "|couldn't|unable|invalid|fatal|exception)\\b");
    private static final Pattern QUOTING = Pattern.compile(
            "(?i)\\b(?:message from|messages?:|received|incoming|said|text:|chat \\d|user \\d|<\\w+> |say\\b)|^\\W*<\\w{1,20}>");
    /** {@code PHP Fatal error: }: not the bare name of a class, which any program may print. */
    private static final Pattern UNCAUGHT =
            Pattern.compile("^(?:PHP Fatal|Fatal error: |Unhandled |Uncaught |\\*\\* \\()");

    /**
     * A reason that was found.
     *
     * @param by what it rests on, in words
     * @param line the line that says it
     * @param isLoud whether its entry is an error by its form
     * @param isLast whether nothing ordinary follows
     */
    record Found(
            StopReason reason,
            String by,
            String advice,
            Confidence confidence,
            Optional<Duration> retryAfter,
            Line line,
            LogLevel level,
            boolean isLoud,
            boolean isLast) {
        /** Rank of a reason: a higher one explains those that follow it. */
        int rank() {
            return switch (reason) {
                case UNHANDLED_EXCEPTION, KILLED_BY_SIGNAL, UNKNOWN -> 0;
                case DISCONNECTED -> 1;
                default -> reason.restartCanHelp() ? 2 : 3;
            };
        }

        Found possible() {
            return new Found(reason, by, advice, Confidence.POSSIBLE, retryAfter, line, level, isLoud, isLast);
        }
    }

    static LogEvidence of(TailOfLog tail, RuleSet rules, ExitStatus exit) {
        return new Walk(tail.entries(), rules, exit).evidence();
    }

    private static final class Walk {
        private final List<Entry> entries;
        private final RuleSet rules;
        private final ExitStatus exit;
        private final List<Line> later = new ArrayList<>();
        private final Set<Long> zones;
        private int quiet;
        private int untimed;
        private int errors;
        private int looked;
        private boolean isWeak;
        private boolean isWell;
        private Optional<Found> best = Optional.empty();
        private Instant at = Instant.EPOCH;
        private Instant foundAt = Instant.EPOCH;
        private Optional<Entry> last = Optional.empty();

        Walk(List<Entry> entries, RuleSet rules, ExitStatus exit) {
            this.entries = entries;
            this.rules = rules;
            this.exit = exit;
            this.zones = zones(entries);
        }

        /** Quarters of an hour by which times of two loggers differ; proven where a log goes back by them. */
        private static Set<Long> zones(List<Entry> entries) {
            Set<Long> zones = new HashSet<>();
            for (int i = 1; i < entries.size(); i++) {
                long back = Duration.between(
                                entries.get(i).parsed().timestamp(),
                                entries.get(i - 1).parsed().timestamp())
                        .toSeconds();
                if (back >= QUARTER - ENDING.toSeconds() && beyondQuarters(back) <= ENDING.toSeconds()) {
                    zones.add(quarters(back));
                }
            }
            return zones;
        }

        private static long quarters(long seconds) {
            return (seconds + QUARTER / 2) / QUARTER;
        }

        private static long beyondQuarters(long seconds) {
            return Math.abs(seconds - quarters(seconds) * QUARTER);
        }

        LogEvidence evidence() {
            boolean goesOn = true;
            for (int i = entries.size() - 1; i >= 0 && looked < MOST_ENTRIES && goesOn; i--) {
                looked++;
                Entry entry = entries.get(i);
                at = entry.parsed().timestamp();
                if (entry.lines().stream().anyMatch(line -> line.kind() != LineKind.BLANK)) {
                    goesOn = look(entry, Headlines.of(entry));
                }
            }
            return new LogEvidence(best, looked, best.isPresent() ? Optional.empty() : last);
        }

        private boolean look(Entry entry, Headlines headlines) {
            long behind = headlines.isBody()
                    ? 0
                    : headlines.behind().stream()
                            .filter(line -> !isFarewell(line))
                            .count();
            quiet += (int) behind;
            untimed += (int) behind;
            isWeak |= behind > 0;
            Optional<Found> found = isBeyond() ? Optional.empty() : ask(entry, headlines);
            if (found.isEmpty()) {
                last = last.or(() -> Optional.of(entry));
            } else if (best.isEmpty() || outranks(found.get(), best.get())) {
                best = (best.isPresent() || isWeak) ? found.map(Found::possible) : found;
                foundAt = at;
            }
            boolean goesOn =
                    !isBeyond() && best.filter(known -> known.rank() == 3).isEmpty();
            pass(entry, headlines, found.isPresent());
            later.addAll(entry.lines());
            return goesOn;
        }

        private boolean isFarewell(Line line) {
            String text = bounded(line);
            return FAREWELL.matcher(text).find() || rules.isClosing(text);
        }

        private static String bounded(Line line) {
            return line.text().substring(0, Math.min(200, line.text().length()));
        }

        private boolean isBeyond() {
            if (best.isPresent()) {
                return quiet > MOST_PLAIN || errors > MOST_BEFORE || isApart(foundAt, BURST);
            }
            Instant end = entries.get(entries.size() - 1).parsed().timestamp();
            boolean isSlow = untimed < quiet && isApart(end, BURST);
            return quiet > (untimed == 0 && !isApart(end, QUICK) ? MOST_QUICK : isSlow ? 0 : MOST_PLAIN);
        }

        private boolean isApart(Instant from, Duration most) {
            boolean isKnown = at.isAfter(Instant.EPOCH) && from.isAfter(Instant.EPOCH);
            long seconds = isKnown ? Duration.between(at, from).abs().toSeconds() : 0;
            return (zones.contains(quarters(seconds)) ? beyondQuarters(seconds) : seconds) > most.toSeconds();
        }

        /** A cause stands before what it brings about: a bare exception, a lost connection. */
        private boolean outranks(Found found, Found known) {
            boolean isFirm = known.rank() == 0 && known.isLoud() && known.confidence() == Confidence.PROBABLE;
            boolean isNear = quiet == 0 && !isApart(foundAt, ENDING);
            if (found.reason() == known.reason() && found.reason() == StopReason.FLOOD_WAIT) {
                return known.retryAfter().isEmpty() && found.retryAfter().isPresent();
            }
            boolean isHeard = found.isLoud() || (found.rank() == 3 && !known.isLoud());
            return isHeard && found.rank() > Math.max(1, known.rank()) && (!isFirm || (isNear && found.rank() == 3));
        }

        private void pass(Entry entry, Headlines headlines, boolean isFound) {
            boolean isLeave = !entry.isCrash() && headlines.lines().stream().anyMatch(this::isFarewell);
            if (isLoud(entry) || isFound) {
                errors++;
                isWeak |= !isLeave;
            } else if (!isLeave && !entry.isBelow(LogLevel.INFO)) {
                quiet += entry.isRecord()
                        ? 1
                        : (int) entry.lines().stream()
                                .filter(line ->
                                        !Headlines.FRAME.matcher(bounded(line)).find())
                                .count();
                untimed += entry.parsed().inferred() ? 1 : 0;
                isWeak = true;
                isWell |= headlines.anyMatch(WELL);
            }
        }

        /** Ordinary records are asked about where they begin by saying that something failed. */
        private Optional<Found> ask(Entry entry, Headlines headlines) {
            boolean isOrdinary = !entry.isCrash() && entry.isBelow(LogLevel.WARNING);
            if (isOrdinary && !headlines.anyMatch(FAILING)) {
                return Optional.empty();
            }
            List<DiagnosisRule> none = List.of();
            Optional<Found> found = Optional.empty();
            for (RuleSet.Layer layer : rules.layers()) {
                found = found.or(() -> byRules(entry, headlines, isOrdinary ? none : layer.causes()))
                        .or(() -> byWords(entry, headlines, layer.vocabulary()));
            }
            return found.or(() -> byRules(entry, headlines, isOrdinary ? none : rules.lastResorts()))
                    .filter(known -> !isWell || known.rank() == 3);
        }

        private Optional<Found> byRules(Entry entry, Headlines headlines, List<DiagnosisRule> asked) {
            for (Line line : headlines.lines()) {
                for (DiagnosisRule rule : asked) {
                    boolean isAsked = RuleMatch.fits(rule, exit)
                            && RuleMatch.fits(rule, entry.level())
                            && (rule.isAbort() || !isSilenced(entry));
                    Optional<Matcher> match = isAsked ? RuleMatch.find(rule.pattern(), line.text()) : Optional.empty();
                    if (match.isPresent() && RuleMatch.isNear(rule, entry) && RuleMatch.holds(rule, later)) {
                        String by = "fits rule " + rule.id() + " (" + rule.source() + ")";
                        boolean isSure = isLoud(entry) || rule.isPlain();
                        Confidence sure = isSure ? rule.confidence() : Confidence.POSSIBLE;
                        Optional<Duration> wait = RuleMatch.retryAfter(rule, match.get());
                        return Optional.of(found(entry, headlines, line, rule.reason(), by, rule.advice(), sure, wait));
                    }
                }
            }
            return Optional.empty();
        }

        private Optional<Found> byWords(Entry entry, Headlines headlines, Vocabulary vocabulary) {
            Optional<Vocabulary.Meaning> best = Optional.empty();
            Line where = entry.lines().get(0);
            for (Line line : isSilenced(entry) ? List.<Line>of() : headlines.lines()) {
                String text = Headlines.unquoted(line.text());
                boolean isQuoting = !isLoud(entry)
                        && line.kind() != LineKind.EXCEPTION
                        && QUOTING.matcher(text).find();
                Optional<Vocabulary.Meaning> meaning = isQuoting ? Optional.empty() : vocabulary.of(text);
                boolean isShort = text.length() <= 60 && !isFarewell(line);
                boolean isClear = isLoud(entry)
                        || isShort
                        || meaning.filter(known -> known.weight() > 1).isPresent();
                boolean isFirst = best.isEmpty()
                        || (meaning.isPresent()
                                && meaning.get().isDecisive()
                                && !best.get().isDecisive());
                if (isClear && isFirst && meaning.isPresent()) {
                    best = meaning;
                    where = line;
                }
            }
            if (best.isEmpty()) {
                return Optional.empty();
            }
            Vocabulary.Phrase phrase = best.get().phrase();
            Confidence sure = isLoud(entry) ? phrase.most() : Confidence.POSSIBLE;
            String by = "says " + Text.quoted(phrase.text());
            return Optional.of(
                    found(entry, headlines, where, phrase.reason(), by, phrase.advice(), sure, Optional.empty()));
        }

        private Found found(
                Entry entry,
                Headlines headlines,
                Line line,
                StopReason reason,
                String by,
                String advice,
                Confidence sure,
                Optional<Duration> named) {
            Optional<Duration> wait =
                    named.or(() -> reason == StopReason.FLOOD_WAIT ? wait(headlines) : Optional.empty());
            String told = advice.isEmpty() ? rules.advice(reason) : advice;
            if (reason == StopReason.FLOOD_WAIT && wait.isEmpty()) {
                told += " Its log names no time that can be read: wait some minutes, and longer each time.";
            }
            return new Found(reason, by, told, sure, wait, line, entry.parsed().level(), isLoud(entry), quiet == 0);
        }

        /** In the lines of the entry, or in those that follow at once. */
        private Optional<Duration> wait(Headlines headlines) {
            return Stream.concat(
                            headlines.lines().stream().map(line -> WaitTime.in(line.text(), at)),
                            later.subList(Math.max(0, later.size() - MOST_BEFORE), later.size()).stream()
                                    .map(line -> WaitTime.named(bounded(line))))
                    .flatMap(Optional::stream)
                    .findFirst();
        }

        /** A signal explains itself; only words of a crash, and errors before a program that ended itself, tell more. */
        private boolean isSilenced(Entry entry) {
            int signal = Reasoner.signal(exit);
            boolean isOwn = signal == TRAP || signal == ABRT;
            return signal > 0 && !UNCAUGHT.matcher(entry.first()).find() && !(isOwn && isLoud(entry));
        }
    }

    /** True if an entry is an error by its form: plain words and warnings may be anything. */
    private static boolean isLoud(Entry entry) {
        boolean isGrave = entry.level().isPresent() && !entry.isBelow(LogLevel.ERROR);
        return entry.isCrash()
                || isGrave
                || (entry.level().isEmpty() && entry.hasStack())
                || UNCAUGHT.matcher(entry.first()).find();
    }
}
