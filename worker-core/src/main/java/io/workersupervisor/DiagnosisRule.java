package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import io.workersupervisor.internal.text.Text;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of one line at the end of a log for the stop. Rules are values: the library's own stand in files of the jar,
 * those of an application come from {@link #rule} or from files in {@code data/rules.d}. Immutable and thread-safe.
 *
 * <p>A rule is asked about lines that name an error: the class that ended a traceback and the causes it gives, the text of
 * a crash, the message of a log record of WARNING and above, and the last line of plain output. It is never asked about
 * ordinary lines, nor about an error that ordinary lines follow: the worker survived it.
 */
public final class DiagnosisRule {
    /** The most characters of a pattern: 1,000. */
    public static final int LONGEST_PATTERN = 1_000;

    /** The most that a service may ask to wait: 366 days. */
    public static final Duration LONGEST_WAIT = Duration.ofDays(366);

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9_.-]{0,79}");
    private static final Set<StopReason> NOT_FROM_A_LOG =
            EnumSet.of(StopReason.STOPPED_ON_REQUEST, StopReason.MACHINE_LOST, StopReason.LEASE_LOST);

    private final Builder made;

    private DiagnosisRule(Builder made) {
        this.made = made;
    }

    /** The question that a rule answers. */
    public enum Use {
        /** The cause of an end. */
        CAUSE,
        /** The cause of an end that no other rule explains. */
        LAST_RESORT,
        /** The trouble of a living worker that cannot work, and the cause of an end. */
        ALIVE
    }

    /**
     * Begins a rule.
     *
     * @param id names the rule in evidence: 1 to 80 of {@code [a-z0-9_.-]}
     * @param reason the meaning of the line
     * @param pattern a regular expression that is searched in the line; a group named {@code seconds} or {@code minutes}
     *     captures how long to wait
     * @throws IllegalArgumentException if the id or the pattern is none, or the reason is one that no log can show
     */
    public static Builder rule(String id, StopReason reason, String pattern) {
        Require.noneNull("id reason pattern", id, reason, pattern);
        return new Builder(id, reason, pattern);
    }

    /** The name of the rule in evidence. */
    public String id() {
        return made.id;
    }

    /** The meaning of the line. */
    public StopReason reason() {
        return made.reason;
    }

    /** The highest confidence that the rule gives: PROBABLE or POSSIBLE. */
    public Confidence confidence() {
        return made.confidence;
    }

    /** The advice in a sentence or two; empty for that of the reason. */
    public String advice() {
        return made.advice;
    }

    /** The origin in a short text: a pack of the library, a file, the application. */
    public String source() {
        return made.source;
    }

    /** The question that the rule answers. */
    public Use use() {
        return made.use;
    }

    /** The expression that is searched in a line. */
    public Pattern pattern() {
        return made.pattern;
    }

    /** The words that must stand in the same entry; empty if none must. */
    public Optional<Pattern> near() {
        return Optional.ofNullable(made.near);
    }

    /** The words that some later line must have; empty if none must. */
    public Optional<Pattern> followedBy() {
        return Optional.ofNullable(made.followedBy);
    }

    /** The words of a later line that show that the worker survived the error; empty if there are none. */
    public Optional<Pattern> notFollowedBy() {
        return Optional.ofNullable(made.notFollowedBy);
    }

    /** The exit code with which a worker must have ended; empty if any will do. */
    public OptionalInt exit() {
        return made.exit == null ? OptionalInt.empty() : OptionalInt.of(made.exit);
    }

    /** The least level of the record that holds the line; empty if any will do. */
    public Optional<LogLevel> level() {
        return Optional.ofNullable(made.level);
    }

    /** Tells whether the words are unmistakable in plain output, too. */
    public boolean isPlain() {
        return made.isPlain;
    }

    /** Tells whether the rule holds for a program that ended itself by a signal such as ABRT or SEGV. */
    public boolean isAbort() {
        return made.isAbort;
    }

    @Override
    public String toString() {
        return made.id + " (" + made.source + "): " + made.reason;
    }

    /**
     * Builds a {@link DiagnosisRule}; not thread-safe. Words are regular expressions, searched in each line. A value that is
     * none of those that a method names is an {@link IllegalArgumentException}.
     */
    public static final class Builder {
        private final String id;
        private final StopReason reason;
        private final Pattern pattern;
        private @Nullable Pattern near;
        private @Nullable Pattern followedBy;
        private @Nullable Pattern notFollowedBy;
        private @Nullable Integer exit;
        private @Nullable LogLevel level;
        private Confidence confidence = Confidence.PROBABLE;
        private String advice = "";
        private String source = "application";
        private Use use = Use.CAUSE;
        private boolean isPlain;
        private boolean isAbort;

        private Builder(String id, StopReason reason, String pattern) {
            if (!ID.matcher(id).matches()) {
                throw new IllegalArgumentException("id must be 1 to 80 of [a-z0-9_.-], was " + Text.quoted(id));
            }
            if (NOT_FROM_A_LOG.contains(reason)) {
                throw new IllegalArgumentException("reason of rule " + id + " cannot be told by a log: " + reason);
            }
            this.id = id;
            this.reason = reason;
            this.pattern = compile("pattern", pattern);
        }

        private Builder(Builder other) {
            this.id = other.id;
            this.reason = other.reason;
            this.pattern = other.pattern;
            this.near = other.near;
            this.followedBy = other.followedBy;
            this.notFollowedBy = other.notFollowedBy;
            this.exit = other.exit;
            this.level = other.level;
            this.confidence = other.confidence;
            this.advice = other.advice;
            this.source = other.source;
            this.use = other.use;
            this.isPlain = other.isPlain;
            this.isAbort = other.isAbort;
        }

        private Pattern compile(String name, String expression) {
            if (Require.nonNull("expression", expression).isBlank() || expression.length() > LONGEST_PATTERN) {
                throw new IllegalArgumentException(
                        name + " of rule " + id + " must have 1 to " + LONGEST_PATTERN + " characters");
            }
            try {
                return Pattern.compile(expression);
            } catch (PatternSyntaxException wrong) {
                throw new IllegalArgumentException(
                        name + " of rule " + id + " is no regular expression: " + wrong.getDescription(), wrong);
            }
        }

        /** Demands words in the same entry, for instance in another line of the traceback. */
        public Builder near(String expression) {
            near = compile("near", expression);
            return this;
        }

        /** Demands that some later line has these words. */
        public Builder followedBy(String expression) {
            followedBy = compile("followedBy", expression);
            return this;
        }

        /** Names words of a later line that show that the worker survived the error. */
        public Builder notFollowedBy(String expression) {
            notFollowedBy = compile("notFollowedBy", expression);
            return this;
        }

        /** Restricts the rule to workers that ended with this exit code, 0 to 255, or whose exit nobody saw. */
        public Builder exit(int code) {
            exit = (int) Require.between("exit of rule " + id, code, 0, 255);
            return this;
        }

        /** Restricts the rule to records of this level and above. */
        public Builder atLeast(LogLevel least) {
            level = Require.nonNull("least", least);
            return this;
        }

        /** Sets the highest confidence, PROBABLE by default, or POSSIBLE: the words of a log are never CERTAIN. */
        public Builder confidence(Confidence sure) {
            Require.nonNull("sure", sure);
            if (sure == Confidence.CERTAIN) {
                throw new IllegalArgumentException("confidence of rule " + id + " must be PROBABLE or POSSIBLE");
            }
            confidence = sure;
            return this;
        }

        /** Lowers the confidence to POSSIBLE: other causes leave the same words. */
        public Builder possible() {
            return confidence(Confidence.POSSIBLE);
        }

        /** Sets the advice: one or two sentences, not blank, of at most 300 characters. */
        public Builder advice(String sentence) {
            advice = Require.notBlank("advice of rule " + id, Text.oneLine(Require.nonNull("sentence", sentence)), 300);
            return this;
        }

        /** Asks the rule about living workers, too, that cannot work any more. */
        public Builder whileAlive() {
            use = Use.ALIVE;
            return this;
        }

        /** Asks the rule only where no other fits. */
        public Builder lastResort() {
            use = Use.LAST_RESORT;
            return this;
        }

        /**
         * Trusts the words in plain output, too, as words that nothing else prints; by default such a line is POSSIBLE.
         */
        public Builder plain() {
            isPlain = true;
            return this;
        }

        /** Makes the rule hold for a program that ended itself by a signal; includes {@link #plain()}. */
        public Builder abort() {
            isAbort = true;
            return plain();
        }

        /** Names the origin in a short text. */
        public Builder source(String from) {
            source = Text.cut(Text.oneLine(Require.nonNull("from", from)), 128);
            return this;
        }

        /** Makes the rule. */
        public DiagnosisRule build() {
            return new DiagnosisRule(new Builder(this));
        }
    }
}
