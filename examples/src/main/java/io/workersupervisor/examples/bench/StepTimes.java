package io.workersupervisor.examples.bench;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The time of one start by step, computed from its calls of the registry. */
final class StepTimes {
    private StepTimes() {}

    /**
     * Milliseconds by step.
     *
     * @param calls of the registry, in any order; only one account is at work
     * @param begin the time at which the start was ordered, or the worker before was killed
     * @param stamp the worker's first instruction
     * @return empty if there is no claim in between
     */
    static Map<String, Double> of(List<TimedRegistry.Call> calls, long begin, long stamp) {
        List<TimedRegistry.Call> inside = calls.stream()
                .filter(call -> call.begin() >= begin
                        && call.begin() < stamp
                        && !call.name().equals("list"))
                .sorted(Comparator.comparingLong(TimedRegistry.Call::begin))
                .toList();
        Optional<TimedRegistry.Call> claim =
                inside.stream().filter(call -> call.name().equals("claim")).reduce((first, second) -> second);
        if (claim.isEmpty()) {
            return Map.of();
        }
        long claimed = claim.get().end();
        List<TimedRegistry.Call> before =
                inside.stream().filter(call -> call.end() <= claimed).toList();
        long heard = before.get(0).begin();
        long writes = before.stream()
                .filter(TimedRegistry.Call::writes)
                .mapToLong(TimedRegistry.Call::nanos)
                .sum();
        long reads = before.stream()
                .filter(call -> !call.writes())
                .mapToLong(TimedRegistry.Call::nanos)
                .sum();
        Map<String, Double> steps = new LinkedHashMap<>();
        steps.put("until the library looks at the row", millis(heard - begin));
        steps.put("reads of the registry", millis(reads));
        steps.put("durable commits before the launch, how many", (double)
                before.stream().filter(TimedRegistry.Call::writes).count());
        steps.put("durable commits before the launch", millis(writes));
        steps.put("other work before the launch", millis(claimed - heard - reads - writes));
        steps.put("launch request until the first instruction", millis(stamp - claimed));
        steps.put("whole", millis(stamp - begin));
        calls.stream()
                .filter(call -> call.name().equals("update") && call.begin() >= claimed)
                .min(Comparator.comparingLong(TimedRegistry.Call::begin))
                .ifPresent(running -> {
                    steps.put(
                            "(behind it: RUNNING, begun after the first instruction)", millis(running.begin() - stamp));
                    steps.put("(behind it: RUNNING, the commit)", millis(running.nanos()));
                });
        return steps;
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }
}
