package io.workersupervisor.examples.console.text;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Text in columns. */
public final class Table {
    private Table() {}

    /** Rows of equally many cells, each column but the last as wide as its widest cell. */
    public static String align(List<List<String>> rows) {
        return align(rows, 2);
    }

    /** As {@link #align(List)}, with so many blanks between columns. */
    public static String align(List<List<String>> rows, int gap) {
        int[] widths = new int[rows.isEmpty() ? 0 : rows.get(0).size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        return rows.stream().map(row -> line(widths, row, gap)).collect(Collectors.joining("\n"));
    }

    private static String line(int[] widths, List<String> row, int gap) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size() - 1; column++) {
            String cell = row.get(column);
            line.append(cell).append(" ".repeat(widths[column] - cell.length() + gap));
        }
        return line.append(row.get(row.size() - 1)).toString();
    }

    /** A duration in two units at most: {@code 12s}, {@code 3m20s}, {@code 5h02m}, {@code 2d04h}. */
    public static String time(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        } else if (seconds < 3_600) {
            return "%dm%02ds".formatted(seconds / 60, seconds % 60);
        } else if (seconds < 86_400) {
            return "%dh%02dm".formatted(seconds / 3_600, seconds / 60 % 60);
        }
        return "%dd%02dh".formatted(seconds / 86_400, seconds / 3_600 % 24);
    }
}
