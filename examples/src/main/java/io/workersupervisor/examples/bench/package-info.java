/**
 * Measures how fast workers start: {@link io.workersupervisor.examples.bench.LaunchBench} compares the launch paths of the
 * library with plain Java and raw C, and runs each in a {@link io.workersupervisor.examples.bench.PeerBench} of its own.
 *
 * <ul>
 *   <li>May use: the exported packages of the library and of SQLite; no other package of this module.
 *   <li>Used by: people who change a launch path, by hand.
 *   <li>Change here when: there is another launch path, or another number to measure.
 * </ul>
 */
@NullMarked
package io.workersupervisor.examples.bench;

import org.jspecify.annotations.NullMarked;
