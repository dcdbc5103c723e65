package io.workersupervisor;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often workers stopped, and why. Immutable.
 *
 * @param since from when on stops are counted
 * @param total how many there were
 * @param byReason how many of each reason
 * @param byVersion how many of each reason, by the version of what ran; the empty text for workers without one
 */
public record StopCounts(
        Instant since, int total, Map<StopReason, Integer> byReason, Map<String, Map<StopReason, Integer>> byVersion) {
    /**
     * Counts reports.
     *
     * @param since from when on
     * @param reports those that count
     * @return counts
     */
    public static StopCounts of(Instant since, List<StopReport> reports) {
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
