/**
 * Asks the kernel: processes, namespaces, mounts, clocks.
 *
 * <p>May use: text.
 * <br>Used by: everything that asks about processes.
 * <br>Change here when: another fact of the kernel is needed.
 */
@NullMarked
package io.workersupervisor.internal.machine;

import org.jspecify.annotations.NullMarked;
