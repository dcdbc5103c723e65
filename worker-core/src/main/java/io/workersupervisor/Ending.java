package io.workersupervisor;

import java.time.Instant;
import java.util.List;

/**
 * The facts of a worker's end.
 *
 * @param exit how it ended
 * @param at when, or when that was noticed
 * @param otherBoot whether the machine went down with it
 * @param signalled whether this host's ladder signalled the worker itself, not only what it left behind
 * @param evidence what is known, a sentence each
 */
record Ending(ExitStatus exit, Instant at, boolean otherBoot, boolean signalled, List<String> evidence) {}
