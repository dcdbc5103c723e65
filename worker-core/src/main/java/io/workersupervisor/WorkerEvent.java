package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import io.workersupervisor.internal.text.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
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
        return !(this instanceof Started || this instanceof Adopted || this instanceof SinkUp);
    }

    /** The event in one line, without secrets. */
    String describe();

    /** A worker was started. */
    record Started(Instant at, StartResult.Started result) implements WorkerEvent {
        public Started {
            Require.noneNull("at result", at, result);
        }

        @Override
        public Optional<AccountId> account() {
            return Optional.of(result.account());
        }

        @Override
        public String describe() {
            return "started worker " + result.workerId() + " pid " + result.pid() + " epoch " + result.epoch();
        }
    }

    /**
     * A start was {@link StartResult.Refused} or {@link StartResult.Failed}; a failed one that has a stop report is told as
     * {@link Stopped} instead. No warning if a person has stopped the account.
     */
    record NotStarted(Instant at, StartResult result) implements WorkerEvent {
        public NotStarted {
            Require.noneNull("at result", at, result);
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

    /** A living worker that another host started is supervised by this one from now on. */
    record Adopted(Instant at, WorkerStatus worker) implements WorkerEvent {
        public Adopted {
            Require.noneNull("at worker", at, worker);
        }

        @Override
        public Optional<AccountId> account() {
            return Optional.of(worker.account());
        }

        @Override
        public String describe() {
            return "adopted worker " + worker.workerId() + " pid "
                    + worker.pid().orElse(0) + " epoch " + worker.epoch() + ", running since " + worker.startedAt();
        }
    }

    /** A worker ended. No warning after success or a stop on request. */
    record Stopped(Instant at, StopReport report) implements WorkerEvent {
        public Stopped {
            Require.noneNull("at report", at, report);
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

    /** A person, or the application, ordered something, such as a pause: what, by whom and why. */
    record Ordered(Instant at, Optional<AccountId> account, String what) implements WorkerEvent {
        public Ordered {
            Require.noneNull("at account what", at, account, what);
        }

        @Override
        public boolean isWarning() {
            return false;
        }

        @Override
        public String describe() {
            return account.map(one -> "account " + one + " ").orElse("all accounts here: ") + what;
        }
    }

    /** A stop waits for the hosts of another machine, which end the worker. */
    record LeftToOwner(Instant at, Optional<AccountId> account, String owner) implements WorkerEvent {
        public LeftToOwner {
            Require.noneNull("at account owner", at, account, owner);
        }

        @Override
        public boolean isWarning() {
            return false;
        }

        @Override
        public String describe() {
            return account.map(one -> "account " + one + " ").orElse("") + "is being stopped by " + owner;
        }
    }

    /** A {@link Rollout} was begun, resumed, halted or done. A warning where it is halted, or leaves accounts as they are. */
    record RolloutChanged(Instant at, RolloutStatus rollout) implements WorkerEvent {
        public RolloutChanged {
            Require.noneNull("at rollout", at, rollout);
        }

        @Override
        public boolean isWarning() {
            return rollout.state() == RolloutStatus.State.HALTED
                    || !rollout.left().isEmpty();
        }

        @Override
        public String describe() {
            return rollout.describe();
        }
    }

    /**
     * Restarts after ends for one reason wait, because many ended again for it at once; or, where they do not wait any more,
     * go on.
     */
    record RestartsHeld(Instant at, StopReason reason, boolean isOver, String text) implements WorkerEvent {
        public RestartsHeld {
            Require.noneNull("at reason text", at, reason, text);
        }

        @Override
        public boolean isWarning() {
            return !isOver;
        }

        @Override
        public String describe() {
            return text;
        }
    }

    /**
     * A living worker cannot work; reported once. The application decides what to do about it, or the {@link HealthLimits} of
     * its spec.
     */
    record Unhealthy(Instant at, WorkerStatus worker, Ailment ailment) implements WorkerEvent {
        public Unhealthy {
            Require.noneNull("at worker ailment", at, worker, ailment);
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

    /** A stop could not end everything. */
    record NotStopped(Instant at, StopResult.Refused result) implements WorkerEvent {
        public NotStopped {
            Require.noneNull("at result", at, result);
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

    /** Something about one account, or with an empty one about all of them, is not as it should be: one line says what. */
    record Trouble(Instant at, Optional<AccountId> account, String text) implements WorkerEvent {
        public Trouble {
            Require.noneNull("at account text", at, account, text);
        }

        @Override
        public String describe() {
            return text;
        }
    }

    /** A log sink, by its name, takes no entries any more: their bytes wait in the files of the workers, which write on. */
    record SinkDown(Instant at, String sink, String reason, long backlog) implements WorkerEvent {
        public SinkDown {
            Require.noneNull("at sink reason", at, sink, reason);
        }

        @Override
        public String describe() {
            return "log sink " + sink + " is down, " + Text.bytes(backlog) + " wait in the files: " + reason;
        }
    }

    /** A log sink, by its name, says what a person should know of its store. A warning unless all is well. */
    record SinkNews(Instant at, String sink, WorkerInspector.Finding finding) implements WorkerEvent {
        public SinkNews {
            Require.noneNull("at sink finding", at, sink, finding);
        }

        @Override
        public boolean isWarning() {
            return finding.level() != WorkerInspector.Finding.Level.OK;
        }

        @Override
        public String describe() {
            return "log sink " + sink + ": " + finding.text();
        }
    }

    /** A log sink, by its name, takes entries again after an outage; some bytes may wait still. */
    record SinkUp(Instant at, String sink, Duration outage, long backlog) implements WorkerEvent {
        public SinkUp {
            Require.noneNull("at sink outage", at, sink, outage);
        }

        @Override
        public String describe() {
            return "log sink " + sink + " is back after " + Text.words(outage) + ", " + Text.bytes(backlog)
                    + " wait still";
        }
    }
}
