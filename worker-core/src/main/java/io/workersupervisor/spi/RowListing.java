package io.workersupervisor.spi;

import io.workersupervisor.internal.text.Require;
import java.util.List;

/**
 * The result of a listing.
 *
 * @param rows the rows that could be read
 * @param unreadable a sentence for each other row: its name and its fault
 */
public record RowListing(List<WorkerRow> rows, List<String> unreadable) {
    public RowListing {
        Require.noneNull("rows unreadable", rows, unreadable);
        rows = List.copyOf(rows);
        unreadable = List.copyOf(unreadable);
    }
}
