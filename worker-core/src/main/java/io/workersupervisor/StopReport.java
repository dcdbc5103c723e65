package io.workersupervisor;

import io.workersupervisor.internal.text.Json;
import io.workersupervisor.internal.text.Require;
import io.workersupervisor.internal.text.Text;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The reason of one worker's stop, and its evidence. Each incarnation has exactly one, keyed by its worker id. Immutable.
 *
 * @param account the account
 * @param workerId the incarnation
 * @param epoch its fencing number
 * @param node the node that ran it
 * @param userId the owner of the account, if given
 * @param version the version of what ran, if given
 * @param startedAt the time of its claim
 * @param endedAt the time of its end, or where nobody saw that, the time at which its end was noticed
 * @param exit the way it ended
 * @param usage the resources that it used, if the launch path counts them
 * @param initiator the one who ended it
 * @param reason the reason of its end
 * @param confidence the confidence in the reason
 * @param evidence the facts behind all this, a sentence each
 * @param advice the next thing to do, in a sentence or two
 * @param retryAfter the time to wait before the next start, if the worker or its log named it
 * @param logEvidence the lines of the log behind the reason; the file may be gone
 * @param lastEntries the last entries of the log, oldest first; none where the library itself ended the worker
 */
public record StopReport(
        AccountId account,
        String workerId,
        long epoch,
        String node,
        Optional<String> userId,
        Optional<String> version,
        Instant startedAt,
        Instant endedAt,
        ExitStatus exit,
        Optional<ResourceUsage> usage,
        Initiator initiator,
        StopReason reason,
        Confidence confidence,
        List<String> evidence,
        String advice,
        Optional<Duration> retryAfter,
        List<LogExcerpt> logEvidence,
        List<LogExcerpt> lastEntries) {
    /** The number of reports of an account that a registry keeps. */
    public static final int KEPT = 20;

    /** The most bytes of a report as JSON: 16 KiB. */
    public static final int LARGEST = 16 * 1024;

    private static final int MOST_EVIDENCE = 24;
    private static final int MOST_LOG_EVIDENCE = 4;
    private static final int MOST_ENTRIES = 20;

    /** Number of last entries in the text for people. */
    private static final int SHOWN = 3;

    /** Field names, commas, account, worker id, numbers, times and words. */
    private static final int LARGEST_FRAME = 1_024;

    /**
     * Cuts what is too long, so that a report always fits its bound: the oldest of the last entries first, then evidence.
     */
    public StopReport {
        Require.noneNull("account node userId version startedAt", account, node, userId, version, startedAt);
        Require.noneNull("endedAt exit usage initiator reason", endedAt, exit, usage, initiator, reason);
        Require.noneNull("confidence evidence advice retryAfter", confidence, evidence, advice, retryAfter);
        Require.noneNull("logEvidence lastEntries", logEvidence, lastEntries);
        Require.notBlank("workerId", workerId, 64);
        node = Text.cut(node, 128);
        startedAt = Instant.ofEpochMilli(startedAt.toEpochMilli());
        endedAt = Instant.ofEpochMilli(endedAt.toEpochMilli());
        userId = userId.map(user -> Text.cut(user, 256));
        version = version.map(text -> Text.cut(text, 256));
        advice = Text.cut(advice, 512);
        retryAfter = retryAfter.map(wait ->
                Duration.ofSeconds(Math.min(Math.max(wait.toSeconds(), 0), DiagnosisRule.LONGEST_WAIT.toSeconds())));
        int room = LARGEST
                - LARGEST_FRAME
                - bytes(List.of(node, userId.orElse(""), version.orElse(""), exit.toString(), advice));
        evidence = bounded(evidence, room);
        room -= bytes(evidence);
        logEvidence = newest(logEvidence, MOST_LOG_EVIDENCE, room);
        lastEntries = newest(lastEntries, MOST_ENTRIES, room - bytes(StopReportJson.excerpts(logEvidence)));
    }

    /** Begins a report, for the tests of an application; every part that is not set is unknown or empty. */
    public static Builder builder(AccountId account, String workerId) {
        return new Builder(account, workerId);
    }

    /**
     * Stands for a stored report that cannot be read, so that it hides no other.
     *
     * @param endedAt the time of the end, as far as the store says
     * @param why the fault
     * @param where the field and table that hold it
     */
    public static StopReport unreadable(AccountId account, String workerId, Instant endedAt, String why, String where) {
        Require.noneNull("account workerId endedAt why where", account, workerId, endedAt, why, where);
        return builder(account, workerId)
                .startedAt(endedAt)
                .endedAt(endedAt)
                .exit(new ExitStatus.Unknown("the stored report cannot be read"))
                .evidence(List.of("the stored report cannot be read: " + why))
                .advice("Look at " + where)
                .build();
    }

    /** The life of the worker; never negative. */
    public Duration uptime() {
        Duration uptime = Duration.between(startedAt, endedAt);
        return uptime.isNegative() ? Duration.ZERO : uptime;
    }

    /** The report for people: several lines, without a newline at the end. */
    public String describe() {
        StringBuilder text = new StringBuilder();
        text.append(endedAt + "  " + reason.words() + " (" + reason + ", " + lowerCase(confidence) + ")\n");
        text.append("  worker    " + workerId + ", epoch " + epoch + ", ran " + Text.words(uptime()));
        version.ifPresent(version -> text.append(", version ").append(version));
        text.append("\n  exit      ").append(exit);
        usage.ifPresent(used -> text.append("\n  used      ").append(used));
        text.append("\n  ended by  ").append(lowerCase(initiator));
        retryAfter.ifPresent(
                wait -> text.append("\n  wait      ").append(wait.toSeconds()).append(" s before the next start"));
        for (String item : evidence) {
            text.append("\n  evidence  ").append(item);
        }
        for (LogExcerpt line : logEvidence) {
            text.append("\n  evidence  ").append(line.describe());
        }
        for (LogExcerpt entry : lastEntries.subList(Math.max(0, lastEntries.size() - SHOWN), lastEntries.size())) {
            text.append("\n  log       ").append(Text.cut(Text.oneLine(entry.text()), 200));
        }
        if (!reason.restartCanHelp() && reason != StopReason.STOPPED_ON_REQUEST && reason != StopReason.COMPLETED) {
            text.append("\n  restart   no use until a person has removed the cause");
        }
        return text.append("\n  advice    ").append(advice).toString();
    }

    /** The report as a store keeps it: one JSON object of at most {@link #LARGEST} bytes. */
    public String toJson() {
        return StopReportJson.write(this);
    }

    /**
     * Reads the text that {@link #toJson()} wrote; fields of a newer version are ignored.
     *
     * @throws IllegalArgumentException if the text is something else
     */
    public static StopReport parse(String json) {
        return StopReportJson.parse(Require.nonNull("json", json));
    }

    /** The first items in the bytes that the other parts leave. */
    private static List<String> bounded(List<String> evidence, int bytes) {
        List<String> kept = new ArrayList<>();
        int room = bytes;
        for (String item : evidence.subList(0, Math.min(MOST_EVIDENCE, evidence.size()))) {
            String line = Text.cut(Text.oneLine(item), 512);
            room -= bytes(line);
            if (room >= 0) {
                kept.add(line);
            }
        }
        return List.copyOf(kept);
    }

    /** The newest excerpts that fit. */
    private static List<LogExcerpt> newest(List<LogExcerpt> excerpts, int most, int bytes) {
        List<LogExcerpt> kept = excerpts.subList(Math.max(0, excerpts.size() - most), excerpts.size());
        while (!kept.isEmpty() && bytes(StopReportJson.excerpts(kept)) > bytes) {
            kept = kept.subList(1, kept.size());
        }
        return List.copyOf(kept);
    }

    private static String lowerCase(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }

    private static int bytes(Object part) {
        return Json.write(part).getBytes(StandardCharsets.UTF_8).length;
    }

    /** Builds a {@link StopReport}; not thread-safe. */
    public static final class Builder {
        private final AccountId account;
        private final String workerId;
        private long epoch = 1;
        private String node = "";
        private Optional<String> userId = Optional.empty();
        private Optional<String> version = Optional.empty();
        private Instant startedAt = Instant.EPOCH;
        private Instant endedAt = Instant.EPOCH;
        private ExitStatus exit = new ExitStatus.Unknown("not given");
        private Optional<ResourceUsage> usage = Optional.empty();
        private Initiator initiator = Initiator.UNKNOWN;
        private StopReason reason = StopReason.UNKNOWN;
        private Confidence confidence = Confidence.POSSIBLE;
        private List<String> evidence = List.of();
        private String advice = "";
        private Optional<Duration> retryAfter = Optional.empty();
        private List<LogExcerpt> logEvidence = List.of();
        private List<LogExcerpt> lastEntries = List.of();

        private Builder(AccountId account, String workerId) {
            this.account = Require.nonNull("account", account);
            this.workerId = Require.nonNull("workerId", workerId);
        }

        /** Sets {@link StopReport#epoch()}. */
        public Builder epoch(long epoch) {
            this.epoch = epoch;
            return this;
        }

        /** Sets {@link StopReport#node()}. */
        public Builder node(String node) {
            this.node = Require.nonNull("node", node);
            return this;
        }

        /** Sets {@link StopReport#userId()}. */
        public Builder userId(String userId) {
            this.userId = Optional.of(Require.nonNull("userId", userId));
            return this;
        }

        /** Sets {@link StopReport#version()}. */
        public Builder version(String version) {
            this.version = Optional.of(Require.nonNull("version", version));
            return this;
        }

        /** Sets {@link StopReport#startedAt()}. */
        public Builder startedAt(Instant startedAt) {
            this.startedAt = Require.nonNull("startedAt", startedAt);
            return this;
        }

        /** Sets {@link StopReport#endedAt()}. */
        public Builder endedAt(Instant endedAt) {
            this.endedAt = Require.nonNull("endedAt", endedAt);
            return this;
        }

        /** Sets {@link StopReport#exit()}. */
        public Builder exit(ExitStatus exit) {
            this.exit = Require.nonNull("exit", exit);
            return this;
        }

        /** Sets {@link StopReport#usage()}. */
        public Builder usage(ResourceUsage usage) {
            this.usage = Optional.of(Require.nonNull("usage", usage));
            return this;
        }

        /** Sets {@link StopReport#initiator()}. */
        public Builder initiator(Initiator initiator) {
            this.initiator = Require.nonNull("initiator", initiator);
            return this;
        }

        /** Sets {@link StopReport#reason()}. */
        public Builder reason(StopReason reason) {
            this.reason = Require.nonNull("reason", reason);
            return this;
        }

        /** Sets {@link StopReport#confidence()}. */
        public Builder confidence(Confidence confidence) {
            this.confidence = Require.nonNull("confidence", confidence);
            return this;
        }

        /** Sets {@link StopReport#evidence()}. */
        public Builder evidence(List<String> evidence) {
            this.evidence = Require.nonNull("evidence", evidence);
            return this;
        }

        /** Sets {@link StopReport#advice()}. */
        public Builder advice(String advice) {
            this.advice = Require.nonNull("advice", advice);
            return this;
        }

        /** Sets {@link StopReport#retryAfter()}. */
        public Builder retryAfter(Duration retryAfter) {
            this.retryAfter = Optional.of(Require.nonNull("retryAfter", retryAfter));
            return this;
        }

        /** Sets {@link StopReport#logEvidence()}. */
        public Builder logEvidence(List<LogExcerpt> logEvidence) {
            this.logEvidence = Require.nonNull("logEvidence", logEvidence);
            return this;
        }

        /** Sets {@link StopReport#lastEntries()}. */
        public Builder lastEntries(List<LogExcerpt> lastEntries) {
            this.lastEntries = Require.nonNull("lastEntries", lastEntries);
            return this;
        }

        /** Makes the report, cut to its bounds. */
        public StopReport build() {
            return new StopReport(
                    account,
                    workerId,
                    epoch,
                    node,
                    userId,
                    version,
                    startedAt,
                    endedAt,
                    exit,
                    usage,
                    initiator,
                    reason,
                    confidence,
                    evidence,
                    advice,
                    retryAfter,
                    logEvidence,
                    lastEntries);
        }
    }
}
