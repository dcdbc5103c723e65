package io.workersupervisor.spi;

import io.workersupervisor.Desired;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.text.Require;
import java.time.Instant;
import java.util.Optional;

/**
 * A choice of rows.
 *
 * @param node the node whose rows to list, or empty for all
 * @param openOnly true for only the rows under which a worker may exist
 * @param dueBy if present, only the rows that wait for a start which is due by then: BACKING_OFF, desired RUNNING, and
 *     {@link RowDetail#dueAt()} not later
 */
public record RowSelection(Optional<String> node, boolean openOnly, Optional<Instant> dueBy) {
    public RowSelection {
        Require.noneNull("node dueBy", node, dueBy);
    }

    /** Rows whether a start of them is due or not. */
    public RowSelection(Optional<String> node, boolean openOnly) {
        this(node, openOnly, Optional.empty());
    }

    /** Every row. */
    public static final RowSelection ALL = new RowSelection(Optional.empty(), false);

    /** The rows of a node under which a worker may exist. */
    public static RowSelection openOf(String node) {
        return new RowSelection(Optional.of(Require.nonNull("node", node)), true);
    }

    /** The rows of a node that wait for a start which is due. */
    public static RowSelection dueOf(String node, Instant by) {
        Require.noneNull("node by", node, by);
        return new RowSelection(Optional.of(node), false, Optional.of(by));
    }

    /** Tells whether a row is selected. */
    public boolean selects(WorkerRow row) {
        Require.nonNull("row", row);
        return (!openOnly || row.state().isOpen())
                && node.map(owner -> owner.equals(row.node())).orElse(true)
                && dueBy.map(by -> isDue(row, by)).orElse(true);
    }

    private static boolean isDue(WorkerRow row, Instant by) {
        return row.state() == WorkerState.BACKING_OFF
                && row.desired() == Desired.RUNNING
                && row.detail().dueAt().filter(at -> !at.isAfter(by)).isPresent();
    }
}
