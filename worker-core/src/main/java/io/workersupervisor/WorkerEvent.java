package io.workersupervisor;

import io.workersupervisor.internal.text.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** Something that happened to a worker, or to the supervision of all. More kinds come with later versions. */
public sealed interface WorkerEvent {
    /** The time at which this host noticed it. */
    Instant at();

    /** The account that it is about; empty if it is about all of them. */
    default Optional<AccountId> account() {
        return Optional.empty();
    }

    /** Tells whether a person should look at it. */
    default boolean isWarning() {
        return true;
    }

    /** The event in one line, without secrets. */
    String describe();

    /**
     * A worker was started.
     *
     * @param at the time
     * @param result the start
     */
    record Started(Instant at, StartResult.Started result) implements WorkerEvent {
        public Started {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(result, "result");
        }

        @Override
        public Optional<AccountId> account() {
            return Optional.of(result.account());
        }

        @Override
        public boolean isWarning() {
            return false;
        }

        @Override
        public String describe() {
            return "started worker " + result.workerId() + " pid " + result.pid() + " epoch " + result.epoch();
        }
    }

    /**
     * A start was refused or failed. No warning if a person has stopped the account.
     *
     * @param at the time
     * @param result {@link StartResult.Refused} or {@link StartResult.Failed}
     */
    record NotStarted(Instant at, StartResult result) implements WorkerEvent {
        public NotStarted {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(result, "result");
        }

        @Override
        public Optional<AccountId> account() {
            return Optional.of(result.account());
        }

        @Override
        public boolean isWarning() {
            return !(result instanceof StartResult.Refused refused
                    && refused.reason().equals(RefusalReason.STOPPED_BY_OPERATOR));
        }

        @Override
        public String describe() {
            return result.describe();
        }
    }

    /**
     * A living worker that another host started is supervised by this one from now on.
     *
     * @param at the time
     * @param worker the status of the account
     */
    record Adopted(Instant at, WorkerStatus worker) implements WorkerEvent {
        public Adopted {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(worker, "worker");
        }

        @Override
        public Optional<AccountId> account() {
            return Optional.of(worker.account());
        }

        @Override
        public boolean isWarning() {
            return false;
        }

        @Override
        public String describe() {
            return "adopted worker " + worker.workerId() + " pid "
                    + worker.pid().orElse(0) + " epoch " + worker.epoch() + ", running since " + worker.startedAt();
        }
    }

    /**
     * A worker ended. No warning after success or a stop on request.
     *
     * @param at the time
     * @param report the report of the stop
     */
    record Stopped(Instant at, StopReport report) implements WorkerEvent {
        public Stopped {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(report, "report");
        }

        @Override
        public Optional<AccountId> account() {
            return Optional.of(report.account());
        }

        @Override
        public boolean isWarning() {
            return report.reason() != StopReason.STOPPED_ON_REQUEST && report.reason() != StopReason.COMPLETED;
        }

        @Override
        public String describe() {
            return "ended worker " + report.workerId() + ": " + report.reason() + " ("
                    + report.confidence().name().toLowerCase(Locale.ROOT) + "), " + report.exit() + ", ran "
                    + Text.words(report.uptime());
        }
    }

    /**
     * A living worker cannot work; reported once. The application decides what to do about it.
     *
     * @param at the time
     * @param worker the status of the account
     * @param ailment the trouble and its evidence
     */
    record Unhealthy(Instant at, WorkerStatus worker, Ailment ailment) implements WorkerEvent {
        public Unhealthy {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(worker, "worker");
            Objects.requireNonNull(ailment, "ailment");
        }

        @Override
        public Optional<AccountId> account() {
            return Optional.of(worker.account());
        }

        @Override
        public String describe() {
            return "worker " + ailment.workerId() + " lives but cannot work: " + ailment.text();
        }
    }

    /**
     * A stop could not end everything.
     *
     * @param at the time
     * @param result the reason and its evidence
     */
    record NotStopped(Instant at, StopResult.Refused result) implements WorkerEvent {
        public NotStopped {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(result, "result");
        }

        @Override
        public Optional<AccountId> account() {
            return Optional.of(result.account());
        }

        @Override
        public String describe() {
            return result.describe();
        }
    }

    /**
     * Something about one account, or about all of them, is not as it should be.
     *
     * @param at the time
     * @param account the account, empty if all are concerned
     * @param text the trouble in one line
     */
    record Trouble(Instant at, Optional<AccountId> account, String text) implements WorkerEvent {
        public Trouble {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(account, "account");
            Objects.requireNonNull(text, "text");
        }

        @Override
        public String describe() {
            return text;
        }
    }

    /**
     * A log sink does not take entries any more. They wait in the files of the workers, which write on.
     *
     * @param at the time
     * @param sink the name of the sink
     * @param reason the failure
     * @param backlog the number of bytes that wait
     */
    record SinkDown(Instant at, String sink, String reason, long backlog) implements WorkerEvent {
        public SinkDown {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(sink, "sink");
            Objects.requireNonNull(reason, "reason");
        }

        @Override
        public String describe() {
            return "log sink " + sink + " is down, " + Text.bytes(backlog) + " wait in the files: " + reason;
        }
    }

    /**
     * A log sink takes entries again.
     *
     * @param at the time
     * @param sink the name of the sink
     * @param outage the time for which it took none
     * @param backlog the number of bytes that still wait
     */
    record SinkUp(Instant at, String sink, Duration outage, long backlog) implements WorkerEvent {
        public SinkUp {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(sink, "sink");
            Objects.requireNonNull(outage, "outage");
        }

        @Override
        public boolean isWarning() {
            return false;
        }

        @Override
        public String describe() {
            return "log sink " + sink + " is back after " + Text.words(outage) + ", " + Text.bytes(backlog)
                    + " wait still";
        }
    }
}
