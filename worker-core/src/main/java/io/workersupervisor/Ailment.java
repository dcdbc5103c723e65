package io.workersupervisor;

import java.util.Optional;

/**
 * That a worker lives but cannot work: it is cut off for good, its session is in use elsewhere, or it is silent although its
 * spec promised a heartbeat. Immutable.
 *
 * @param workerId the worker
 * @param reason what would be its reason if it ended now; empty for silence
 * @param text what was seen, in one line
 * @param evidence the line of its log, where that told it
 */
public record Ailment(String workerId, Optional<StopReason> reason, String text, Optional<LogExcerpt> evidence) {}
