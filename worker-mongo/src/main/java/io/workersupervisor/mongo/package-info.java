/**
 * Keeps workers in MongoDB: {@link io.workersupervisor.mongo.MongoWorkerRegistry} for the accounts of one or many machines,
 * {@link io.workersupervisor.mongo.MongoLogSink} for what their workers log. Both take a
 * {@link io.workersupervisor.mongo.MongoPlace}.
 */
@NullMarked
package io.workersupervisor.mongo;

import org.jspecify.annotations.NullMarked;
