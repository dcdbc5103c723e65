package io.workersupervisor.internal.logs;

import java.util.List;

/** One worker's part of a batch: bytes of its file, cut into entries, and their times where they are known. */
record BatchPiece(
        String workerId, LogProgress before, List<Cut> cuts, List<EntryTimes.Stamp> times, LogProgress after) {
    BatchPiece {
        cuts = List.copyOf(cuts);
        times = List.copyOf(times);
    }

    long length() {
        return after.offset() - before.offset();
    }

    /** The number of bytes of one entry, or of as many as a budget leaves out, or of lines that were handed on before. */
    record Cut(int length, int leftOut) {
        private static final int BEFORE = -1;

        static Cut before(int length) {
            return new Cut(length, BEFORE);
        }

        boolean isBefore() {
            return leftOut == BEFORE;
        }
    }
}
