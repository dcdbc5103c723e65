/**
 * Knows the data directory on disk: where every file lies, its stamp, locks of processes, safe file operations.
 *
 * <p>May use: machine, text.
 * <br>Used by: everything that reads or writes below the data directory.
 * <br>Change here when: a file gets another place or another guard.
 */
@NullMarked
package io.workersupervisor.internal.directory;

import org.jspecify.annotations.NullMarked;
