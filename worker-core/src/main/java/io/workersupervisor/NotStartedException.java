package io.workersupervisor;

import java.util.Optional;

/** Thrown by {@link StartResult#orElseThrow()} where no worker was started; carries the result. */
public final class NotStartedException extends WorkerSupervisorException {
    private static final long serialVersionUID = 1;

    private final transient StartResult result;

    NotStartedException(StartResult result) {
        super(result.describe());
        this.result = result;
    }

    /** The result: {@code AlreadyRunning}, {@code Refused} or {@code Failed}. */
    public StartResult result() {
        return result;
    }

    /** The report of a worker that ended within its start grace; empty if none ran. */
    public Optional<StopReport> report() {
        return result instanceof StartResult.Failed failed ? failed.report() : Optional.empty();
    }
}
