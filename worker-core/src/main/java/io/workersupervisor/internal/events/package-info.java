/**
 * Tells people: listeners, {@code data/worker.log}, slf4j; and guards callbacks and background work.
 *
 * <p>May use: directory, machine, text.
 * <br>Used by: everything that reports.
 * <br>Change here when: events reach somebody else.
 */
@NullMarked
package io.workersupervisor.internal.events;

import org.jspecify.annotations.NullMarked;
