/** Starts, watches and stops worker processes. */
@NullMarked
package io.workersupervisor;

import org.jspecify.annotations.NullMarked;
