/** Keeps workers in a SQLite file. */
@NullMarked
package io.workersupervisor.sqlite;

import org.jspecify.annotations.NullMarked;
