/**
 * Works on values alone: JSON, secrets, one-line texts, names of signals, refusals of arguments. Knows no file and no process.
 *
 * <p>May use: nothing.
 * <br>Used by: everything.
 * <br>Change here when: a text is read or written in another way.
 */
@NullMarked
package io.workersupervisor.internal.text;

import org.jspecify.annotations.NullMarked;
