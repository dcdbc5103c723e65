package io.workersupervisor.spi;

import java.util.Optional;

/**
 * Which rows to list.
 *
 * @param node only rows that this node owns, or empty for all
 * @param openOnly only rows under which a worker may exist
 */
public record RowSelection(Optional<String> node, boolean openOnly) {
    /** Every row. */
    public static final RowSelection ALL = new RowSelection(Optional.empty(), false);

    /**
     * The rows of a node under which a worker may exist.
     *
     * @param node the id of the node
     * @return the selection
     */
    public static RowSelection openOf(String node) {
        return new RowSelection(Optional.of(node), true);
    }

    /**
     * Whether the row is selected.
     *
     * @param row a row
     * @return true if it is
     */
    public boolean selects(WorkerRow row) {
        return (!openOnly || row.state().isOpen())
                && node.map(owner -> owner.equals(row.node())).orElse(true);
    }
}
