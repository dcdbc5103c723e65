/**
 * Wires one host: its settings, its threads, what happens when it begins and closes.
 *
 * <p>May use: every other package.
 * <br>Used by: the facade {@link io.workersupervisor.WorkerSupervisor} alone.
 * <br>Change here when: a host begins, closes or is wired in another way.
 */
@NullMarked
package io.workersupervisor.internal.host;

import org.jspecify.annotations.NullMarked;
