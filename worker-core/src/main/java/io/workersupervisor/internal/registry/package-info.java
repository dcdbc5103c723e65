/**
 * Adds to the registry what core alone knows: the detail of a row, the changes of a row, worker ids.
 *
 * <p>May use: machine, text.
 * <br>Used by: everything that reads or changes rows.
 * <br>Change here when: a row keeps something else.
 */
@NullMarked
package io.workersupervisor.internal.registry;

import org.jspecify.annotations.NullMarked;
