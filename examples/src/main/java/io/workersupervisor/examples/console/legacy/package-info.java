/**
 * Another program's registry of processes, and these processes: read, compared with what a person has confirmed, and ended.
 *
 * <ul>
 *   <li>May use: the exported packages of the library, Gson, {@code console.frame}; no command.
 *   <li>Used by: {@code console}.
 *   <li>Change here when: a form of such a registry, or the proof that a process is still the same, changes.
 * </ul>
 */
@NullMarked
package io.workersupervisor.examples.console.legacy;

import org.jspecify.annotations.NullMarked;
