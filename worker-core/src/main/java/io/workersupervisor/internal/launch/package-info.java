/**
 * Says what a launch path is: the launcher, its records, the locks of accounts, and what a start hands over.
 *
 * <p>May use: registry, directory, machine, text.
 * <br>Used by: the launch paths, liveness, lifecycle, diagnosis.
 * <br>Change here when: both launch paths have to do something new.
 */
@NullMarked
package io.workersupervisor.internal.launch;

import org.jspecify.annotations.NullMarked;
