/**
 * Programs that use the library: {@link io.workersupervisor.examples.QuickStart} shows what it does,
 * {@link io.workersupervisor.examples.WorkerConsole} works on a data directory from a terminal or a script.
 */
@NullMarked
package io.workersupervisor.examples;

import org.jspecify.annotations.NullMarked;
