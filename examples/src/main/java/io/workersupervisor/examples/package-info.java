/** Programs that use the library. */
@NullMarked
package io.workersupervisor.examples;

import org.jspecify.annotations.NullMarked;
