/**
 * Keeps workers in a SQLite file.
 *
 * <p>Entry point: {@link io.workersupervisor.sqlite.SqliteWorkerRegistry}.
 */
@NullMarked
package io.workersupervisor.sqlite;

import org.jspecify.annotations.NullMarked;
