/**
 * Start here: short programs that use the library as an application does.
 * {@link io.workersupervisor.examples.QuickStart} shows what it does with SQLite,
 * {@link io.workersupervisor.examples.QuickStartMongo} keeps log entries in MongoDB, and
 * {@link io.workersupervisor.examples.AllOnMongo} the accounts, too.
 *
 * <ul>
 *   <li>May use: the exported packages of the library and of its stores; no other package of this module.
 *   <li>Used by: readers, and {@code mvn -q compile exec:java}.
 *   <li>Change here when: the first lines that an application writes become others.
 * </ul>
 */
@NullMarked
package io.workersupervisor.examples;

import org.jspecify.annotations.NullMarked;
