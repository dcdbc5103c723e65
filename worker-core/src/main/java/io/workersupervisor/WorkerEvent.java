package io.workersupervisor;

import io.workersupervisor.internal.text.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Something that happened to a worker, or to the supervision of all. More kinds come with later versions. */
public sealed interface WorkerEvent {
    /** When it was noticed; the instant. */
    Instant at();

    /** The account that it is about; empty if it is about all of them. */
    Optional<AccountId> account();

    /** Whether a person should look at it: true for a warning. */
    boolean isWarning();

    /** The event in one line; text without secrets. */
    String describe();

    /**
     * A worker was started.
     *
     * @param at when
     * @param result the start
     */
    record Started(Instant at, StartResult.Started result) implements WorkerEvent {
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
     * A start was refused or failed.
     *
     * @param at when
     * @param result {@link StartResult.Refused} or {@link StartResult.Failed}
     */
    record NotStarted(Instant at, StartResult result) implements WorkerEvent {
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
     * @param at when
     * @param worker how the account stands
     */
    record Adopted(Instant at, WorkerStatus worker) implements WorkerEvent {
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
     * A worker ended.
     *
     * @param at when
     * @param report why
     */
    record Stopped(Instant at, StopReport report) implements WorkerEvent {
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
                    + report.confidence().name().toLowerCase(java.util.Locale.ROOT) + "), " + report.exit() + ", ran "
                    + Text.words(report.uptime());
        }
    }

    /**
     * A living worker cannot work; told once. What to do about it is the application's to decide.
     *
     * @param at when that was noticed
     * @param worker how the account stands
     * @param ailment what was seen
     */
    record Unhealthy(Instant at, WorkerStatus worker, Ailment ailment) implements WorkerEvent {
        @Override
        public Optional<AccountId> account() {
            return Optional.of(worker.account());
        }

        @Override
        public boolean isWarning() {
            return true;
        }

        @Override
        public String describe() {
            return "worker " + ailment.workerId() + " lives but cannot work: " + ailment.text();
        }
    }

    /**
     * A stop could not end everything.
     *
     * @param at when
     * @param result what stands against it
     */
    record NotStopped(Instant at, StopResult.Refused result) implements WorkerEvent {
        @Override
        public Optional<AccountId> account() {
            return Optional.of(result.account());
        }

        @Override
        public boolean isWarning() {
            return true;
        }

        @Override
        public String describe() {
            return result.describe();
        }
    }

    /**
     * Something about one account is not as it should be.
     *
     * @param at when
     * @param account the account, if it is one
     * @param text what
     */
    record Trouble(Instant at, Optional<AccountId> account, String text) implements WorkerEvent {
        @Override
        public boolean isWarning() {
            return true;
        }

        @Override
        public String describe() {
            return text;
        }
    }

    /**
     * A log sink does not take entries any more. They wait in the files of the workers, which write on.
     *
     * @param at when
     * @param sink the name of the sink
     * @param reason what failed
     * @param backlog how many bytes wait
     */
    record SinkDown(Instant at, String sink, String reason, long backlog) implements WorkerEvent {
        @Override
        public Optional<AccountId> account() {
            return Optional.empty();
        }

        @Override
        public boolean isWarning() {
            return true;
        }

        @Override
        public String describe() {
            return "log sink " + sink + " is down, " + Text.bytes(backlog) + " wait in the files: " + reason;
        }
    }

    /**
     * A log sink takes entries again.
     *
     * @param at when
     * @param sink the name of the sink
     * @param outage how long it did not
     * @param backlog how many bytes wait still
     */
    record SinkUp(Instant at, String sink, Duration outage, long backlog) implements WorkerEvent {
        @Override
        public Optional<AccountId> account() {
            return Optional.empty();
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
