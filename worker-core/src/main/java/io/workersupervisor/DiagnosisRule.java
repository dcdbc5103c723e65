package io.workersupervisor;

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
 * What one line at the end of a log says about the stop. Rules are values: the library's own stand in files of the jar,
 * those of an application come from {@link #rule} or from files in {@code data/rules.d}. Immutable and thread-safe.
 *
 * <p>A rule is asked about lines that name an error: the class that ended a traceback and the causes it gives, the text of a
 * crash, the message of a log record of WARNING and above, and the last line of plain output. It is never asked about
 * ordinary lines, nor about an error that ordinary lines follow: that was survived.
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

    /** When a rule is asked. */
    public enum Use {
        /** For a cause. */
        CAUSE,
        /** For a cause, where no other rule fits. */
        LAST_RESORT,
        /** For a living worker that cannot work, and for a cause. */
        ALIVE
    }

    /**
     * Begins a rule.
     *
     * @param id what names it in evidence: 1 to 80 of {@code [a-z0-9_.-]}
     * @param reason what it means
     * @param pattern a regular expression that is searched in the line; a group named {@code seconds} or {@code minutes}
     *     captures how long to wait
     * @return a builder
     * @throws IllegalArgumentException if the id or the pattern is none, or the reason is no worker's to give
     */
    public static Builder rule(String id, StopReason reason, String pattern) {
        return new Builder(id, reason, pattern);
    }

    /** What names it in evidence; the id. */
    public String id() {
        return made.id;
    }

    /** What it means; the reason. */
    public StopReason reason() {
        return made.reason;
    }

    /** How sure it is at best; PROBABLE or POSSIBLE. */
    public Confidence confidence() {
        return made.confidence;
    }

    /** What to do about it; a sentence or two. */
    public String advice() {
        return made.advice;
    }

    /** Where it comes from: a pack of the library, a file, the application; a short text. */
    public String source() {
        return made.source;
    }

    /** When it is asked; for a cause, as a last resort, or for living workers, too. */
    public Use use() {
        return made.use;
    }

    /** The expression that is searched in a line; the pattern. */
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

    /** The words that show in a later line that the error was survived; empty if there are none. */
    public Optional<Pattern> notFollowedBy() {
        return Optional.ofNullable(made.notFollowedBy);
    }

    /** The exit code with which a worker must have ended; empty if any will do. */
    public OptionalInt exit() {
        return made.exit == null ? OptionalInt.empty() : OptionalInt.of(made.exit);
    }

    /** The least level of the record that says it; empty if any will do. */
    public Optional<LogLevel> level() {
        return Optional.ofNullable(made.level);
    }

    /** Tells whether the words are unmistakable in plain output, too: true if they are. */
    public boolean isPlain() {
        return made.isPlain;
    }

    /**
     * Tells whether the rule holds for a program that ended itself by a signal such as ABRT or SEGV.
     *
     * @return true if it does
     */
    public boolean isAbort() {
        return made.isAbort;
    }

    @Override
    public String toString() {
        return made.id + " (" + made.source + "): " + made.reason;
    }

    /** Builds a {@link DiagnosisRule}; not thread-safe. */
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
            if (expression.isBlank() || expression.length() > LONGEST_PATTERN) {
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

        /**
         * Demands words in the same entry: another line of the traceback, for instance.
         *
         * @param expression a regular expression, searched in each line
         * @throws IllegalArgumentException if it is none
         */
        public Builder near(String expression) {
            near = compile("near", expression);
            return this;
        }

        /**
         * Demands that some later line has these words.
         *
         * @param expression a regular expression, searched in each line
         * @throws IllegalArgumentException if it is none
         */
        public Builder followedBy(String expression) {
            followedBy = compile("followedBy", expression);
            return this;
        }

        /**
         * Names words that show in a later line that the error was survived.
         *
         * @param expression a regular expression, searched in each line
         * @throws IllegalArgumentException if it is none
         */
        public Builder notFollowedBy(String expression) {
            notFollowedBy = compile("notFollowedBy", expression);
            return this;
        }

        /**
         * Restricts it to workers that ended with this exit code, or whose exit nobody saw.
         *
         * @param code 0 to 255
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder exit(int code) {
            if (code < 0 || code > 255) {
                throw new IllegalArgumentException("exit of rule " + id + " must be 0 to 255, was " + code);
            }
            exit = code;
            return this;
        }

        /**
         * Restricts it to records of this level and above.
         *
         * @param least the lowest level
         */
        public Builder atLeast(LogLevel least) {
            level = least;
            return this;
        }

        /**
         * Sets how sure it is at best, by default PROBABLE. The words of a log are never CERTAIN.
         *
         * @param sure PROBABLE or POSSIBLE
         * @throws IllegalArgumentException if it is CERTAIN
         */
        public Builder confidence(Confidence sure) {
            if (sure == Confidence.CERTAIN) {
                throw new IllegalArgumentException("confidence of rule " + id + " must be PROBABLE or POSSIBLE");
            }
            confidence = sure;
            return this;
        }

        /** Makes it POSSIBLE: other causes leave the same words. */
        public Builder possible() {
            return confidence(Confidence.POSSIBLE);
        }

        /**
         * Says what to do.
         *
         * @param sentence one or two sentences, at most 300 characters
         * @throws IllegalArgumentException if it is too long
         */
        public Builder advice(String sentence) {
            advice = Text.notBlank("advice of rule " + id, Text.oneLine(sentence), 300);
            return this;
        }

        /** Makes it tell of living workers, too, that cannot work any more. */
        public Builder whileAlive() {
            use = Use.ALIVE;
            return this;
        }

        /** Asks it where no other rule fits. */
        public Builder lastResort() {
            use = Use.LAST_RESORT;
            return this;
        }

        /** Believes it in plain output, too, as words that nothing else prints; by default such a line is POSSIBLE. */
        public Builder plain() {
            isPlain = true;
            return this;
        }

        /** Makes it hold for a program that ended itself by a signal. */
        public Builder abort() {
            isAbort = true;
            return plain();
        }

        /**
         * Names the place it comes from.
         *
         * @param from a short text
         */
        public Builder source(String from) {
            source = Text.cut(Text.oneLine(from), 128);
            return this;
        }

        /** Makes the rule. */
        public DiagnosisRule build() {
            return new DiagnosisRule(new Builder(this));
        }
    }
}
