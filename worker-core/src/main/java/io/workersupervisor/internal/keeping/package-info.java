/**
 * Keeps wanted workers running: when an account is started again, the loop that starts what is due, and rollouts.
 *
 * <p>May use: lifecycle, diagnosis, events, directory, registry, machine, text. Used by: host. Change here when the rules of a restart change.
 */
@NullMarked
package io.workersupervisor.internal.keeping;

import org.jspecify.annotations.NullMarked;
