package io.workersupervisor.internal.logs;

import java.util.List;

/**
 * One worker's part of a batch: bytes of its file without a gap, cut into entries.
 *
 * @param workerId the incarnation
 * @param before where the piece begins, and the time and level that its first entry inherits
 * @param cuts the entries, in order
 * @param after where it ends
 */
record BatchPiece(String workerId, LogProgress before, List<Cut> cuts, LogProgress after) {
    BatchPiece {
        cuts = List.copyOf(cuts);
    }

    /**
     * The bytes of one entry, or of several that a budget leaves out.
     *
     * @param length how many bytes
     * @param leftOut how many entries are left out; none for an entry
     */
    record Cut(int length, int leftOut) {}
}
