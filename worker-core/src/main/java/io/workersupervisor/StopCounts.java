package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The number of stops by reason. Immutable.
 *
 * @param since the instant from which stops are counted
 * @param total the number of stops
 * @param byReason the number of stops by reason
 * @param byVersion the number of stops by reason, by the version of what ran; the empty text for workers without one
 */
public record StopCounts(
        Instant since, int total, Map<StopReason, Integer> byReason, Map<String, Map<StopReason, Integer>> byVersion) {
    public StopCounts {
        Require.noneNull("since byReason byVersion", since, byReason, byVersion);
    }

    /**
     * Counts reports.
     *
     * @param since the instant from which they count
     */
    public static StopCounts of(Instant since, List<StopReport> reports) {
        Require.noneNull("since reports", since, reports);
        Map<StopReason, Integer> byReason = new EnumMap<>(StopReason.class);
        Map<String, Map<StopReason, Integer>> byVersion = new TreeMap<>();
        for (StopReport report : reports) {
            byReason.merge(report.reason(), 1, Integer::sum);
            byVersion
                    .computeIfAbsent(report.version().orElse(""), version -> new EnumMap<>(StopReason.class))
                    .merge(report.reason(), 1, Integer::sum);
        }
        byVersion.replaceAll((version, counts) -> Collections.unmodifiableMap(counts));
        return new StopCounts(
                since, reports.size(), Collections.unmodifiableMap(byReason), Collections.unmodifiableMap(byVersion));
    }
}
