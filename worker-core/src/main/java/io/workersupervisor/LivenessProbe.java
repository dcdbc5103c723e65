package io.workersupervisor;

import io.workersupervisor.spi.WorkerRow;

/**
 * Judges whether the worker of a row lives.
 *
 * <p>The supervisor judges the rows of its own node by kernel lock and process; a probe given to the builder is asked
 * as well and may turn an answer into UNKNOWN, never into DEAD. A stop does not ask it whether to end a worker that the
 * machine proves alive, only whether an ended one may be taken for dead. It is called on threads of its own, for several
 * accounts at once, and leaves nothing behind. It may block: every start and every look of a reconcile waits for it, but
 * for no longer than 2 s; an answer that is later counts as UNKNOWN, and it is not called again for an account while an
 * earlier call still hangs. An exception counts as UNKNOWN, too.
 */
@FunctionalInterface
public interface LivenessProbe {
    /** Judges one row: the verdict and its evidence. */
    Liveness probe(WorkerRow row);
}
