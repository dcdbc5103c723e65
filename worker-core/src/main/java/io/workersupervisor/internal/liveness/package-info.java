/**
 * Judges whether the worker of a row lives, from lock, process, environment and the opinion of the application.
 *
 * <p>May use: launch, launch.combined, launch.keeper, launch.shell, registry, directory, machine, text.
 * <br>Used by: lifecycle, supervision, inspect, host.
 * <br>Change here when: another fact counts as evidence of life or death.
 */
@NullMarked
package io.workersupervisor.internal.liveness;

import org.jspecify.annotations.NullMarked;
