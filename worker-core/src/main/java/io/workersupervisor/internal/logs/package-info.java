/**
 * Carries lines from the files of workers to the sinks, to the archive and to those who search.
 *
 * <p>May use: logs.entries, events, directory, registry, machine, text.
 * <br>Used by: inspect, host.
 * <br>Change here when: entries are shipped, kept, removed or found in another way.
 */
@NullMarked
package io.workersupervisor.internal.logs;

import org.jspecify.annotations.NullMarked;
