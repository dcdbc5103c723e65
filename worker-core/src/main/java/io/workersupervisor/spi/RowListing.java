package io.workersupervisor.spi;

import java.util.List;
import java.util.Objects;

/**
 * The result of a listing.
 *
 * @param rows the rows that could be read
 * @param unreadable a sentence for each other row: its name and its fault
 */
public record RowListing(List<WorkerRow> rows, List<String> unreadable) {
    public RowListing {
        Objects.requireNonNull(rows, "rows");
        Objects.requireNonNull(unreadable, "unreadable");
        rows = List.copyOf(rows);
        unreadable = List.copyOf(unreadable);
    }
}
