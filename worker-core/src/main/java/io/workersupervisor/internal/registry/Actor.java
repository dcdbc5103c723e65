package io.workersupervisor.internal.registry;

import io.workersupervisor.internal.machine.ProcessIdentity;

/**
 * The host behind an intent in a row: who is starting or stopping.
 *
 * @param host the id of one running supervisor
 * @param process the process it runs in
 */
public record Actor(String host, ProcessIdentity process) {}
