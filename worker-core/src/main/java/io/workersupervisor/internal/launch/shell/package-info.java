/**
 * Starts and signals workers and reads their ends through {@code /bin/sh}, the portable path.
 *
 * <p>May use: launch, directory, machine, text.
 * <br>Used by: launch.combined, liveness, inspect, host.
 * <br>Change here when: {@code launcher.sh} changes.
 */
@NullMarked
package io.workersupervisor.internal.launch.shell;

import org.jspecify.annotations.NullMarked;
