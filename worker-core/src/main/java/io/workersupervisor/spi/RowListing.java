package io.workersupervisor.spi;

import java.util.List;

/**
 * What a listing found.
 *
 * @param rows the rows that could be read
 * @param unreadable for each other row a sentence that names it and what is wrong with it
 */
public record RowListing(List<WorkerRow> rows, List<String> unreadable) {
    public RowListing {
        rows = List.copyOf(rows);
        unreadable = List.copyOf(unreadable);
    }
}
