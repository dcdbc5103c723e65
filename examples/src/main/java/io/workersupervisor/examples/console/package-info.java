/**
 * Works on a data directory from a terminal or a script: {@link io.workersupervisor.examples.console.WorkerConsole} reads
 * the command line, and each command is a class of its own.
 *
 * <ul>
 *   <li>May use: the exported packages of the library and of its stores, Gson, {@code console.frame},
 *       {@code console.legacy}, {@code console.text}; no other package of this module.
 *   <li>Used by: people and scripts, as {@code worker-console.jar}.
 *   <li>Change here when: a command, an option, a text or a field of its JSON changes.
 * </ul>
 */
@NullMarked
package io.workersupervisor.examples.console;

import org.jspecify.annotations.NullMarked;
