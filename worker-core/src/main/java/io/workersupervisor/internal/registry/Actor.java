package io.workersupervisor.internal.registry;

import io.workersupervisor.internal.machine.ProcessIdentity;

/** The host behind an intent in a row, which is starting or stopping: the id of one running supervisor, and its process. */
public record Actor(String host, ProcessIdentity process) {}
