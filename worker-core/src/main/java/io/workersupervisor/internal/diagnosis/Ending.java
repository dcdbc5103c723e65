package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.ExitStatus;
import io.workersupervisor.ResourceUsage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The facts of a worker's end.
 *
 * @param exit how it ended
 * @param at when, or when that was noticed
 * @param otherBoot whether the machine went down with it
 * @param signalled whether this host's ladder signalled the worker itself, not only what it left behind
 * @param usage what it used, where the launch path can tell
 * @param outOfMemory whether the kernel killed something for want of memory between its start and its end, where the launch
 *     path has counted that
 * @param evidence what is known, a sentence each
 */
public record Ending(
        ExitStatus exit,
        Instant at,
        boolean otherBoot,
        boolean signalled,
        Optional<ResourceUsage> usage,
        Optional<Boolean> outOfMemory,
        List<String> evidence) {
    /** Nothing was run. */
    public static Ending neverRan(Instant at, List<String> evidence) {
        return new Ending(new ExitStatus.NeverRan(), at, false, false, Optional.empty(), Optional.empty(), evidence);
    }
}
