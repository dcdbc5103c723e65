package io.workersupervisor.internal.logs;

import java.util.List;

/** One worker's part of a batch: bytes of its file without a gap, cut into entries, and their times where they are known. */
record BatchPiece(
        String workerId, LogProgress before, List<Cut> cuts, List<EntryTimes.Stamp> times, LogProgress after) {
    BatchPiece {
        cuts = List.copyOf(cuts);
        times = List.copyOf(times);
    }

    long length() {
        return after.offset() - before.offset();
    }

    /** The number of bytes of one entry, or of as many as a budget leaves out. */
    record Cut(int length, int leftOut) {}
}
