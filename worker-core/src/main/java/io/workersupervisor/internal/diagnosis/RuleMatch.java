package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.LogLevel;
import io.workersupervisor.internal.diagnosis.TailOfLog.Entry;
import io.workersupervisor.internal.diagnosis.TailOfLog.Line;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Holds a {@link DiagnosisRule} against an exit, a level and the lines of an entry. Pure; bounded on hostile text. */
final class RuleMatch {
    private RuleMatch() {}

    /** True if a worker that exited so can have ended by it. */
    static boolean fits(DiagnosisRule rule, ExitStatus exit) {
        int code = Reasoner.code(exit);
        return rule.exit().isEmpty() || code < 0 || code == rule.exit().getAsInt();
    }

    /** True if a record of this level can say it; plain output has none. */
    static boolean fits(DiagnosisRule rule, Optional<LogLevel> level) {
        return rule.level().isEmpty()
                || level.filter(known -> known.compareTo(rule.level().get()) >= 0)
                        .isPresent();
    }

    /** True if the words that must stand in the same entry, if any, do. */
    static boolean isNear(DiagnosisRule rule, Entry entry) {
        return rule.near().isEmpty() || isIn(rule.near().get(), entry.lines());
    }

    /** True if the words that must follow do, and none that show that it was survived. */
    static boolean holds(DiagnosisRule rule, List<Line> later) {
        return (rule.followedBy().isEmpty() || isIn(rule.followedBy().get(), later))
                && (rule.notFollowedBy().isEmpty() || !isIn(rule.notFollowedBy().get(), later));
    }

    private static boolean isIn(Pattern pattern, List<Line> lines) {
        return lines.stream().anyMatch(line -> find(pattern, line.text()).isPresent());
    }

    /** The time that the line names, if it names one that can be. */
    static Optional<Duration> retryAfter(DiagnosisRule rule, Matcher matched) {
        for (ChronoUnit unit : List.of(ChronoUnit.SECONDS, ChronoUnit.MINUTES)) {
            String group = unit.name().toLowerCase(Locale.ROOT);
            String digits = rule.pattern().pattern().contains("(?<" + group + ">") ? matched.group(group) : null;
            if (digits != null && digits.matches("\\d{1,9}")) {
                return WaitTime.bounded(Duration.of(Long.parseLong(digits), unit));
            }
        }
        return Optional.empty();
    }

    /** Searches, or looks at the beginning alone where the pattern is bound to it; empty if it goes over the text too often. */
    static Optional<Matcher> find(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(new BoundedText(line));
        try {
            boolean found = pattern.pattern().startsWith("^") ? matcher.lookingAt() : matcher.find();
            return found ? Optional.of(matcher) : Optional.empty();
        } catch (BoundedText.SpentException | StackOverflowError hostile) {
            // The engine of the JDK goes back, and down, without a bound of its own.
            return Optional.empty();
        }
    }

    /**
     * Text that a pattern may look at so many times: a pattern that goes back again and again over hostile text is given up,
     * and its rule counts as not matching.
     */
    private static final class BoundedText implements CharSequence {
        /** Looks for one pattern at one line: some tens for each of its characters. */
        static final int LOOKS = 100_000;

        private final String text;
        private int left = LOOKS;

        BoundedText(String text) {
            this.text = text;
        }

        /** The looks are used up. */
        static final class SpentException extends RuntimeException {
            private static final long serialVersionUID = 1;

            SpentException() {
                super("the pattern went over the text too often", null, false, false);
            }
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new SpentException();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
