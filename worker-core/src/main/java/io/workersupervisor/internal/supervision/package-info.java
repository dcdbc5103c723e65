/**
 * Does what a host does by itself: the tick that brings rows and processes in line, and the watch on workers that
 * live and cannot work.
 *
 * <p>May use: lifecycle, diagnosis, liveness, launch, launch.keeper, events, registry, directory, machine.
 * <br>Used by: host.
 * <br>Change here when: something is to happen without a call of the application.
 */
@NullMarked
package io.workersupervisor.internal.supervision;

import org.jspecify.annotations.NullMarked;
