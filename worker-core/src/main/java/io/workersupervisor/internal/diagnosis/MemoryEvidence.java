package io.workersupervisor.internal.diagnosis;

/**
 * That the kernel killed something for want of memory while a worker ran.
 *
 * @param isCertain whether it is known to have been the worker itself
 * @param sentence what was seen
 */
record MemoryEvidence(boolean isCertain, String sentence) {}
