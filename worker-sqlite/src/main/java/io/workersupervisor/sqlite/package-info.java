/**
 * Keeps workers in one SQLite file, and what they log in another.
 *
 * <p>Entry points: {@link io.workersupervisor.sqlite.SqliteWorkerRegistry}, {@link
 * io.workersupervisor.sqlite.SqliteLogSink}.
 */
@NullMarked
package io.workersupervisor.sqlite;

import org.jspecify.annotations.NullMarked;
