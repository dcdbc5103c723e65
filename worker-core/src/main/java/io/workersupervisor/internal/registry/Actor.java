package io.workersupervisor.internal.registry;

import io.workersupervisor.internal.machine.ProcessIdentity;

/**
 * The host behind an intent in a row, which is starting or stopping.
 *
 * @param host the name of the machine, a slash and the id of one running supervisor
 * @param process its process
 */
public record Actor(String host, ProcessIdentity process) {}
