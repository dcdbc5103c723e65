/**
 * Starts worker processes safely, at most one for each account, and knows why each one stopped. Begin at
 * {@link io.workersupervisor.WorkerSupervisor}.
 *
 * <p><b>Shape.</b> A caller needs this package only. A store is a {@link io.workersupervisor.spi.WorkerRegistry}: statements
 * and mapping. The protocols are internal, each a numbered list in the class that owns it: start, stop, end of a worker,
 * reconcile, settlement of a half-done launch.
 *
 * <p><b>Threads.</b> Public types say whether they are thread-safe. Protocols run on the caller's thread or on a pool;
 * one thread ticks, one calls the listener. Nothing depends on a thread living on.
 *
 * <p><b>Crashes.</b> Everything durable is in the registry, in the lock file of an account and in the records of its
 * launcher. A host may die between any two statements.
 *
 * <p>This is no scheduler, no container runtime and no cluster manager. It does not defend itself against a hostile
 * program of the same user.
 */
@NullMarked
package io.workersupervisor;

import org.jspecify.annotations.NullMarked;
