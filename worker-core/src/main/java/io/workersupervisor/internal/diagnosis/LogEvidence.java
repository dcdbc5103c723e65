package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.LogLevel;
import io.workersupervisor.StopReason;
import io.workersupervisor.internal.logs.entries.LineKind;
import io.workersupervisor.internal.text.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
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
record LogEvidence(Optional<Found> found, int looked, Optional<Last> last) {
    private static final int MOST_ENTRIES = 64;
    private static final int MOST_PLAIN = 5;
    private static final int MOST_QUICK = 20;
    private static final Duration QUICK = Duration.ofSeconds(5);
    private static final Duration ENDING = Duration.ofSeconds(2);
    private static final Duration BURST = Duration.ofSeconds(15);
    /** So many errors are looked at before the one that was found. */
    private static final int MOST_BEFORE = 6;
    /** Words of a program that takes leave. */
    private static final Pattern FAREWELL = Pattern.compile(
            "(?i)\\b(?:shut(?:ting)?[ -]?down|stop(?:ped|ping)?|clos(?:e|ed|ing)|disconnect(?:ed|ing)?|exit(?:ed|ing)?|quit(?:ting)?"
                    + "|terminat(?:ed|ing)|clean(?:ing)?[ -]?up|destroy(?:ed|ing)|cancell?(?:ed|ing)|good ?bye|bye|aborted|crashed|die|unclosed"
                    + "|pending)\\b");
    /** Words of a program that is well again. */
    private static final Pattern WELL = Pattern.compile(
            "(?i)\\b(?:re)?connect(?:ed|ion) ?(?:to|successfully|established|complete|restored|$)|\\b(?:resumed|recovered|succeeded|reconnected)\\b"
                    + "|\\bcomplete!|\\bsuccess(?:ful(?:ly)?)?\\b");
    /** Words by which a line of no level says that something failed. */
    private static final Pattern FAILING = Pattern.compile(
            "(?i)^\\W*(?:\\w+[: ]+){0,2}?(?:error|failed|failure|fail|cannot|can't|could not|couldn't|unable|invalid|fatal|exception)\\b");
    /** Words of a line that hands on what others wrote. */
    private static final Pattern QUOTING = Pattern.compile(
            "(?i)\\b(?:message from|messages?:|received|incoming|said|says:|text:|chat \\d|user \\d|<\\w+> )|^\\W*<\\w{1,20}>|\\bsay\\b");
    private static final Set<StopReason> OF_ACCOUNT = EnumSet.of(
            StopReason.SESSION_CONFLICT,
            StopReason.AUTHORIZATION_LOST,
            StopReason.ACCOUNT_BANNED,
            StopReason.LOGIN_REQUIRED,
            StopReason.CONFIGURATION);

    /**
     * A reason that was found.
     *
     * @param by what it rests on, in words
     * @param confidence how sure it is here
     * @param retryAfter the time that the entry names
     * @param line the line
     * @param level how grave its entry is
     * @param isLoud whether the entry is an error by its form
     * @param isLast whether nothing ordinary follows
     */
    record Found(
            StopReason reason,
            String by,
            String advice,
            Confidence confidence,
            Optional<Duration> retryAfter,
            TailOfLog.Line line,
            LogLevel level,
            boolean isLoud,
            boolean isLast) {
        /** How much a reason explains others that follow it. */
        int rank() {
            return OF_ACCOUNT.contains(reason)
                    ? 3
                    : reason == StopReason.UNHANDLED_EXCEPTION || reason == StopReason.KILLED_BY_SIGNAL
                            ? 0
                            : reason == StopReason.DISCONNECTED ? 1 : 2;
        }

        Found possible() {
            return new Found(reason, by, advice, Confidence.POSSIBLE, retryAfter, line, level, isLoud, isLast);
        }
    }

    /** The last entry, and whether it stands at the very end. */
    record Last(TailOfLog.Line line, LogLevel level) {}

    static LogEvidence of(TailOfLog tail, RuleSet rules, ExitStatus exit) {
        return new Walk(tail, rules, exit).evidence();
    }

    /** One walk back from the end. */
    private static final class Walk {
        private final List<TailOfLog.Entry> entries;
        private final RuleSet rules;
        private final ExitStatus exit;
        private final Optional<Instant> end;
        private final List<TailOfLog.Entry> later = new ArrayList<>();
        /** Ordinary lines passed, and those of them without a time. */
        private int quiet;
        private int untimed;
        private int errors;
        private int looked;
        private boolean isWeak;
        private boolean isWell;
        private Optional<Found> best = Optional.empty();
        private Optional<Instant> foundAt = Optional.empty();
        private Optional<Last> last = Optional.empty();

        Walk(TailOfLog tail, RuleSet rules, ExitStatus exit) {
            this.entries = tail.entries();
            this.rules = rules;
            this.exit = exit;
            this.end = time(entries.size() - 1);
        }

        /** The time of an entry, or of the last one before it that gives its own. */
        private Optional<Instant> time(int from) {
            for (int i = from; i >= Math.max(0, from - MOST_ENTRIES); i--) {
                if (!entries.get(i).parsed().inferred()) {
                    return Optional.of(entries.get(i).parsed().timestamp());
                }
            }
            return Optional.empty();
        }

        LogEvidence evidence() {
            for (int i = entries.size() - 1; i >= 0 && looked < MOST_ENTRIES; i--) {
                looked++;
                if (!isBlank(entries.get(i)) && !look(entries.get(i), time(i))) {
                    break;
                }
            }
            return new LogEvidence(best, looked, best.isPresent() ? Optional.empty() : last);
        }

        /** Looks at one entry; false where the walk ends. */
        private boolean look(TailOfLog.Entry entry, Optional<Instant> at) {
            Headlines headlines = Headlines.of(entry);
            int behind = plain(headlines);
            quiet += behind;
            untimed += behind;
            isWeak |= behind > 0;
            if (isBeyond(at)) {
                last = last.or(() -> Optional.of(last(entry)));
                return false;
            }
            Optional<Found> found = ask(entry, headlines, at);
            if (found.isPresent() && outranks(found.get(), at)) {
                best = Optional.of(best.isPresent() || isWeak ? found.get().possible() : found.get());
                foundAt = at;
            } else if (found.isEmpty()) {
                last = last.or(() -> Optional.of(last(entry)));
            }
            pass(entry, headlines, found.isPresent());
            later.add(entry);
            return best.map(known -> known.rank() < 3).orElse(true);
        }

        /** Output behind an exception is what goes on with its message, or what was written when it was survived. */
        private int plain(Headlines headlines) {
            boolean isBody = headlines.lines().stream().anyMatch(line -> line.text().contains("<html") || line.text().contains("<!DOCTYPE"));
            return isBody
                    ? 0
                    : (int) headlines.behind().stream().filter(line -> !isFarewell(line.text())).count();
        }

        private boolean isFarewell(String text) {
            return FAREWELL.matcher(text.length() <= 200 ? text : text.substring(0, 200)).find() || rules.isClosing(text);
        }

        /** Whether more ordinary lines follow, over more time, than an end has. */
        private boolean isBeyond(Optional<Instant> at) {
            Duration since = between(at, end);
            if (best.isPresent()) {
                return quiet > MOST_PLAIN || errors > MOST_BEFORE || between(at, foundAt).compareTo(BURST) > 0;
            }
            boolean isQuick = at.isPresent() && untimed == 0 && since.compareTo(QUICK) <= 0;
            boolean isSlow = untimed < quiet && since.compareTo(BURST) > 0;
            return quiet > (isQuick ? MOST_QUICK : isSlow ? 0 : MOST_PLAIN);
        }

        private static Duration between(Optional<Instant> from, Optional<Instant> to) {
            return from.isPresent() && to.isPresent() ? Duration.between(from.get(), to.get()).abs() : Duration.ZERO;
        }

        /** A cause stands before what it brings about: a bare exception, a lost connection. */
        private boolean outranks(Found found, Optional<Instant> at) {
            if (best.isEmpty()) {
                return true;
            }
            boolean isNear = quiet == 0 && between(at, foundAt).compareTo(ENDING) <= 0;
            boolean isFirm = best.get().rank() == 0 && best.get().isLoud() && best.get().confidence() == Confidence.PROBABLE;
            return found.isLoud() && found.rank() > best.get().rank() && (isFirm ? isNear && found.rank() == 3 : found.rank() >= 2);
        }

        private void pass(TailOfLog.Entry entry, Headlines headlines, boolean isFound) {
            boolean isFarewell = entry.crash() == Crash.NONE
                    && headlines.lines().stream().anyMatch(line -> isFarewell(line.text()));
            if (isLoud(entry) || isFound) {
                errors++;
                isWeak |= !isFarewell;
            } else if (!isFarewell && entry.level().filter(level -> level == LogLevel.DEBUG).isEmpty()) {
                quiet += entry.isRecord() ? 1 : entry.lines().size();
                untimed += entry.parsed().inferred() ? 1 : 0;
                isWeak = true;
                isWell |= headlines.lines().stream().anyMatch(line -> WELL.matcher(line.text()).find());
            }
        }

        private Optional<Found> ask(TailOfLog.Entry entry, Headlines headlines, Optional<Instant> at) {
            boolean isOrdinary = entry.isRecord()
                    && entry.crash() == Crash.NONE
                    && entry.level().filter(level -> level.compareTo(LogLevel.WARNING) < 0).isPresent();
            if (isOrdinary && headlines.lines().stream().noneMatch(line -> FAILING.matcher(line.text()).find())) {
                return Optional.empty();
            }
            Optional<Found> rule = isOrdinary ? Optional.empty() : byRules(entry, headlines, rules.causes(), at);
            return rule.or(() -> byWords(entry, headlines, at))
                    .or(() -> isOrdinary ? Optional.empty() : byRules(entry, headlines, rules.lastResorts(), at))
                    .filter(found -> !(isWell && found.rank() < 3));
        }

        private Optional<Found> byRules(
                TailOfLog.Entry entry, Headlines headlines, List<DiagnosisRule> asked, Optional<Instant> at) {
            for (TailOfLog.Line line : headlines.lines()) {
                for (DiagnosisRule rule : asked) {
                    if (!RuleMatch.fits(rule, exit) || !RuleMatch.fits(rule, entry.level()) || (isCrashed() && !isUncaught(entry) && !rule.isAbort())) {
                        continue;
                    }
                    Optional<Matcher> match = RuleMatch.match(rule, line.text());
                    if (match.isPresent() && RuleMatch.isNear(rule, entry) && holds(rule)) {
                        Optional<Duration> wait = RuleMatch.retryAfter(rule, match.get());
                        return Optional.of(found(
                                entry,
                                rule.reason(),
                                "fits rule " + rule.id() + " (" + rule.source() + ")",
                                rule.advice(),
                                isLoud(entry) || rule.isPlain() ? rule.confidence() : Confidence.POSSIBLE,
                                wait.or(() -> wait(rule.reason(), headlines, at)),
                                line));
                    }
                }
            }
            return Optional.empty();
        }

        private Optional<Found> byWords(TailOfLog.Entry entry, Headlines headlines, Optional<Instant> at) {
            if (isCrashed() && !isUncaught(entry)) {
                return Optional.empty();
            }
            Optional<Vocabulary.Meaning> best = Optional.empty();
            Optional<TailOfLog.Line> where = Optional.empty();
            for (TailOfLog.Line line : headlines.lines()) {
                String text = Headlines.unquoted(line.text());
                boolean isQuoting = !isLoud(entry) && QUOTING.matcher(text).find();
                Optional<Vocabulary.Meaning> meaning = isQuoting ? Optional.empty() : rules.vocabulary().of(text);
                boolean isBetter = meaning.isPresent() && (best.isEmpty() || (meaning.get().isDecisive() && !best.get().isDecisive()));
                if (isBetter && isClear(entry, meaning.get(), text)) {
                    best = meaning;
                    where = Optional.of(line);
                }
            }
            if (best.isEmpty()) {
                return Optional.empty();
            }
            Vocabulary.Phrase phrase = best.get().phrase();
            return Optional.of(found(
                    entry,
                    phrase.reason(),
                    "says " + Text.quoted(phrase.text()),
                    "",
                    isLoud(entry) ? phrase.most() : Confidence.POSSIBLE,
                    wait(phrase.reason(), headlines, at),
                    where.get()));
        }

        /** A line that is no error by its form must say more than one word, or little else. */
        private static boolean isClear(TailOfLog.Entry entry, Vocabulary.Meaning meaning, String text) {
            return isLoud(entry) || meaning.weight() > 1 || text.length() <= 60;
        }

        private static Optional<Duration> wait(StopReason reason, Headlines headlines, Optional<Instant> at) {
            List<String> lines = headlines.lines().stream().map(TailOfLog.Line::text).toList();
            return reason == StopReason.FLOOD_WAIT ? WaitTime.in(lines, at.orElse(Instant.EPOCH)) : Optional.empty();
        }

        private Found found(
                TailOfLog.Entry entry,
                StopReason reason,
                String by,
                String advice,
                Confidence sure,
                Optional<Duration> wait,
                TailOfLog.Line line) {
            String told = advice.isEmpty() ? rules.advice(reason) : advice;
            if (reason == StopReason.FLOOD_WAIT && wait.isEmpty()) {
                told += " Its log names no time that can be read: wait some minutes, and longer each time.";
            }
            return new Found(reason, by, told, sure, wait, line, entry.parsed().level(), isLoud(entry), quiet == 0);
        }

        private boolean isCrashed() {
            return exit instanceof ExitStatus.Signalled || exit instanceof ExitStatus.ExitedOrSignalled;
        }

        /** Whether a runtime says that nobody caught it. */
        private static boolean isUncaught(TailOfLog.Entry entry) {
            return entry.lines().get(0).kind() == LineKind.EXCEPTION && entry.first().toLowerCase(java.util.Locale.ROOT).startsWith("un");
        }

        private boolean holds(DiagnosisRule rule) {
            List<TailOfLog.Line> lines = later.stream().flatMap(entry -> entry.lines().stream()).toList();
            return lines.stream().noneMatch(line -> RuleMatch.isUndoneBy(rule, line.text()))
                    && (rule.followedBy().isEmpty() || lines.stream().anyMatch(line -> RuleMatch.isFollowedBy(rule, line.text())));
        }

        private static boolean isBlank(TailOfLog.Entry entry) {
            return entry.lines().stream().allMatch(line -> line.kind() == LineKind.BLANK);
        }

        private static Last last(TailOfLog.Entry entry) {
            return new Last(entry.lines().get(0), entry.parsed().level());
        }
    }

    /** Whether an entry is an error by its form: plain words and warnings may be anything. */
    private static boolean isLoud(TailOfLog.Entry entry) {
        boolean isGrave = entry.level().filter(level -> level.compareTo(LogLevel.ERROR) >= 0).isPresent();
        boolean hasStack = entry.lines().stream()
                .skip(1)
                .limit(8)
                .anyMatch(line -> line.text().stripLeading().startsWith("at ") || line.text().stripLeading().startsWith("from "));
        return entry.crash() != Crash.NONE || isGrave || (!entry.isRecord() && hasStack) || isHead(entry);
    }

    /** {@code PHP Fatal error: }, {@code Unhandled exception. }: not the bare name of a class, which any program may print. */
    private static boolean isHead(TailOfLog.Entry entry) {
        String first = entry.first();
        return Stream.of("PHP Fatal", "Fatal error: ", "Unhandled ", "Uncaught ", "** (").anyMatch(first::startsWith);
    }
}
