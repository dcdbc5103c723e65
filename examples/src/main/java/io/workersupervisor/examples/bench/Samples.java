package io.workersupervisor.examples.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Measured values by row and column, in the order in which they were first named. */
final class Samples {
    private final Map<String, Map<String, List<Double>>> rows = new LinkedHashMap<>();

    void add(String row, String column, double value) {
        rows.computeIfAbsent(row, name -> new LinkedHashMap<>())
                .computeIfAbsent(column, name -> new ArrayList<>())
                .add(value);
    }

    List<String> rows() {
        return List.copyOf(rows.keySet());
    }

    List<Double> of(String row, String column) {
        return rows.getOrDefault(row, Map.of()).getOrDefault(column, List.of());
    }

    /** Empty where nothing was measured. */
    static OptionalDouble median(List<Double> values) {
        if (values.isEmpty()) {
            return OptionalDouble.empty();
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return OptionalDouble.of(
                sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2);
    }

    static OptionalDouble best(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).min();
    }
}
