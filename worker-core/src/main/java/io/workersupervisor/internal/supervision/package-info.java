/**
 * Does what a host does by itself: the tick that brings rows and processes in line, and the watches on workers that
 * live and cannot work, or are beyond their limits.
 *
 * <p>May use: lifecycle, diagnosis, liveness, launch, launch.keeper, events, registry, directory, machine, text.
 * <br>Used by: host.
 * <br>Change here when: something is to happen without a call of the application.
 */
@NullMarked
package io.workersupervisor.internal.supervision;

import org.jspecify.annotations.NullMarked;
