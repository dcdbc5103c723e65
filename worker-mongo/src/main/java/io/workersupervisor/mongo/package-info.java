/** Keeps workers in MongoDB. */
@NullMarked
package io.workersupervisor.mongo;

import org.jspecify.annotations.NullMarked;
