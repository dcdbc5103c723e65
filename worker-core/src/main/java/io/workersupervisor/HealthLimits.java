package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Limits beyond which the library ends a living worker, gently, as a stop does; the restart policy then decides by the
 * reason. Watched at each reconcile, by any host of the node, once the worker is ready; a paused account is left alone.
 * Empty: no limit.
 *
 * @param heartbeat the longest time in which the file that {@code WORKER_HEARTBEAT_FILE} names does not change, 1 s to one
 *     day, counted by the monotonic clock of a host that watches; of the time between two looks at most 30 s count. The end is
 *     {@link StopReason#UNKNOWN}
 * @param memoryBytes the most resident memory of the worker and its children, at least 1 MiB; memory that they share counts
 *     once where the kernel tells. The end is {@link StopReason#OUT_OF_MEMORY}
 * @param unable the longest time in which its log says that it cannot work, zero to one day, counted as for the heartbeat;
 *     not for a flood wait. The end has the reason of the {@link Ailment}
 */
public record HealthLimits(Optional<Duration> heartbeat, OptionalLong memoryBytes, Optional<Duration> unable) {
    /** No limit. */
    public static final HealthLimits NONE = new HealthLimits(Optional.empty(), OptionalLong.empty(), Optional.empty());

    public HealthLimits {
        Require.noneNull("heartbeat memoryBytes unable", heartbeat, memoryBytes, unable);
        heartbeat.ifPresent(limit -> Require.between("heartbeat", limit, Duration.ofSeconds(1), Duration.ofDays(1)));
        memoryBytes.ifPresent(limit -> Require.between("memoryBytes", limit, 1 << 20, Long.MAX_VALUE));
        unable.ifPresent(limit -> Require.upToOneDay("unable", limit));
    }

    /** These limits, and one for the heartbeat. */
    public HealthLimits withHeartbeat(Duration limit) {
        return new HealthLimits(Optional.of(Require.nonNull("limit", limit)), memoryBytes, unable);
    }

    /** These limits, and one for the memory. */
    public HealthLimits withMemory(long bytes) {
        return new HealthLimits(heartbeat, OptionalLong.of(bytes), unable);
    }

    /** These limits, and one for the time in which the worker says that it cannot work. */
    public HealthLimits withUnable(Duration limit) {
        return new HealthLimits(heartbeat, memoryBytes, Optional.of(Require.nonNull("limit", limit)));
    }
}
