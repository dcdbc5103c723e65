package io.workersupervisor.spi;

import io.workersupervisor.internal.text.Require;
import java.util.Optional;

/**
 * A choice of rows.
 *
 * @param node the node whose rows to list, or empty for all
 * @param openOnly true for only the rows under which a worker may exist
 */
public record RowSelection(Optional<String> node, boolean openOnly) {
    public RowSelection {
        Require.nonNull("node", node);
    }

    /** Every row. */
    public static final RowSelection ALL = new RowSelection(Optional.empty(), false);

    /** The rows of a node under which a worker may exist. */
    public static RowSelection openOf(String node) {
        return new RowSelection(Optional.of(Require.nonNull("node", node)), true);
    }

    /** Tells whether a row is selected. */
    public boolean selects(WorkerRow row) {
        Require.nonNull("row", row);
        return (!openOnly || row.state().isOpen())
                && node.map(owner -> owner.equals(row.node())).orElse(true);
    }
}
