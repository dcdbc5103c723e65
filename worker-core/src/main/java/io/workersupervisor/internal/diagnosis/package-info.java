/**
 * Explains why a worker ended: facts, last words, the end of its log, rules and phrases, a conclusion; and tells of living
 * workers that cannot work. {@code Diagnosis} is the entry: thread-safe, blocks for small files and the end of a log. It acts on
 * nothing.
 *
 * <p>May use: launch, logs.entries, registry, directory, machine, text.
 * <br>Used by: lifecycle, supervision, inspect, host, and {@link io.workersupervisor.Explanation}.
 * <br>Change here when: another cause is to be recognised.
 */
@NullMarked
package io.workersupervisor.internal.diagnosis;

import org.jspecify.annotations.NullMarked;
