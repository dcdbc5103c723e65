package io.workersupervisor;

/**
 * The host behind an intent in a row: who is starting or stopping.
 *
 * @param host the id of one running supervisor
 * @param process the process it runs in
 */
record Actor(String host, ProcessIdentity process) {}
