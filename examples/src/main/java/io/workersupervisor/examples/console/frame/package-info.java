/**
 * Everything that commands of the console share: their options, the stores that they open, and their way of answering.
 *
 * <ul>
 *   <li>May use: the exported packages of the library and of its stores, Gson, {@code console.text}; no command.
 *   <li>Used by: {@code console}.
 *   <li>Change here when: an option, a way to open a store or the form of an answer is that of many commands.
 * </ul>
 */
@NullMarked
package io.workersupervisor.examples.console.frame;

import org.jspecify.annotations.NullMarked;
