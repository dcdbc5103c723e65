/**
 * Chooses between the two launch paths, and reads the records of both.
 *
 * <p>May use: launch, launch.keeper, launch.shell, directory, machine, text.
 * <br>Used by: liveness, host.
 * <br>Change here when: the choice between the paths changes.
 */
@NullMarked
package io.workersupervisor.internal.launch.combined;

import org.jspecify.annotations.NullMarked;
