/**
 * Answers questions without changing anything: status, timeline, doctor.
 *
 * <p>May use: diagnosis, liveness, logs, launch.keeper, launch.shell, registry, directory, machine, text.
 * <br>Used by: host, and {@link io.workersupervisor.WorkerInspector}.
 * <br>Change here when: people are to be shown something else.
 */
@NullMarked
package io.workersupervisor.internal.inspect;

import org.jspecify.annotations.NullMarked;
