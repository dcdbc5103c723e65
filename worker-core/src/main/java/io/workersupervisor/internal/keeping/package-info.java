/**
 * Keeps wanted workers running: when an account is started again, and the loop that starts what is due.
 *
 * <p>May use: lifecycle, diagnosis, registry, events, machine, text. Used by: host. Change here when the rules of a restart change.
 */
@NullMarked
package io.workersupervisor.internal.keeping;

import org.jspecify.annotations.NullMarked;
