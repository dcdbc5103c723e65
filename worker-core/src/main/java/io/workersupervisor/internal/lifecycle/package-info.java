/**
 * Walks the protocols of one account: start, stop, settlement of a half-done launch, end of a worker. {@link
 * io.workersupervisor.internal.lifecycle.Lifecycle} is the door: it builds them.
 *
 * <p>May use: diagnosis, liveness, launch, events, directory, registry, machine, text.
 * <br>Used by: supervision, host.
 * <br>Change here when: the order of effects in a protocol changes; the model has to change along.
 */
@NullMarked
package io.workersupervisor.internal.lifecycle;

import org.jspecify.annotations.NullMarked;
