package io.workersupervisor.examples.bench;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Samples as a Markdown table: median, best in brackets, and the ratio of the medians to one column. */
final class BenchReport {
    private static final String NOTHING = "–";

    private BenchReport() {}

    static String table(String title, Samples samples, List<String> columns, String baseline) {
        String head = "| " + title + " | " + String.join(" | ", columns) + " |\n|---|" + "---|".repeat(columns.size());
        return head
                + samples.rows().stream()
                        .map(row -> "\n| " + row + " | "
                                + columns.stream()
                                        .map(column -> cell(samples, row, column, baseline))
                                        .collect(Collectors.joining(" | "))
                                + " |")
                        .collect(Collectors.joining());
    }

    private static String cell(Samples samples, String row, String column, String baseline) {
        List<Double> values = samples.of(row, column);
        OptionalDouble median = Samples.median(values);
        if (median.isEmpty()) {
            return NOTHING;
        }
        OptionalDouble other = Samples.median(samples.of(row, baseline));
        boolean compared = !column.equals(baseline) && other.isPresent() && other.getAsDouble() > 0;
        return "**" + number(median.getAsDouble()) + "**"
                + (values.size() > 1 ? " (" + number(Samples.best(values).orElseThrow()) + ")" : "")
                + (compared ? String.format(Locale.ROOT, " %.2fx", median.getAsDouble() / other.getAsDouble()) : "");
    }

    /** Three digits that matter. */
    static String number(double value) {
        double size = Math.abs(value);
        return String.format(
                Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
    }
}
