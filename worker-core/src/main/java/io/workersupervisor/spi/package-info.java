/**
 * The types that a store or a log sink implements and sees: rows and their listing, the registry, the sink, and the twins
 * of both in memory for tests.
 *
 * <p>An adapter holds statements and mapping only; probing, fencing and the order of writes are the library's. Its tests
 * extend the contract class of the interface that it implements.
 */
@NullMarked
package io.workersupervisor.spi;

import org.jspecify.annotations.NullMarked;
