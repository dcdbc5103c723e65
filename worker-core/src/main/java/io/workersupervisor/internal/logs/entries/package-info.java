/**
 * Makes entries out of bytes: {@code EntryCutter} finds where one ends, {@code EntryParser} its level, time, logger and
 * message. Pure and linear: no file, no thread, no clock.
 *
 * <p>May use: nothing.
 * <br>Used by: logs, diagnosis.
 * <br>Change here when: another form of line is to be understood.
 */
@NullMarked
package io.workersupervisor.internal.logs.entries;

import org.jspecify.annotations.NullMarked;
