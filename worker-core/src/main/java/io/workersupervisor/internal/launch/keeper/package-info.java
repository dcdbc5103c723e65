/**
 * Starts and signals workers and observes their ends through the keeper, a small native process: frames, connections, its journal.
 *
 * <p>May use: launch, events, directory, machine, text.
 * <br>Used by: launch.combined, liveness, supervision, inspect, host.
 * <br>Change here when: the protocol of the keeper changes, here and in {@code src/main/c}.
 */
@NullMarked
package io.workersupervisor.internal.launch.keeper;

import org.jspecify.annotations.NullMarked;
