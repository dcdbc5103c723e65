package io.workersupervisor.internal.logs;

import io.workersupervisor.internal.logs.entries.EntryCutter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The number of entries of one worker that go into a sink in a minute. Further ones stay in the file, and one entry with their
 * number stands for them. Not thread-safe.
 */
final class EntryBudget {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final OptionalInt most;
    private long minute;
    private boolean begun;
    private int admitted;
    private int leftOut;
    private int leftOutBytes;

    EntryBudget(OptionalInt most) {
        this.most = most;
    }

    /** The cuts that go on now, in order and without a gap; entries left out wait for the end of the minute, or the worker. */
    List<BatchPiece.Cut> admit(List<EntryCutter.Span> spans, long now, boolean over) {
        List<BatchPiece.Cut> cuts = new ArrayList<>(spans.size() + 1);
        if (!begun || now - minute >= MINUTE) {
            flush(cuts);
            begun = true;
            minute = now;
            admitted = 0;
        }
        for (EntryCutter.Span span : spans) {
            if (admitted < most.orElse(Integer.MAX_VALUE)) {
                admitted++;
                cuts.add(new BatchPiece.Cut(span.length(), 0));
            } else {
                if (leftOutBytes > Integer.MAX_VALUE - span.length()) {
                    flush(cuts);
                }
                leftOut++;
                leftOutBytes += span.length();
            }
        }
        if (over) {
            flush(cuts);
        }
        return cuts;
    }

    /** Forgets the entries that wait: they are read again, or gone. */
    void rewind() {
        leftOut = 0;
        leftOutBytes = 0;
    }

    private void flush(List<BatchPiece.Cut> cuts) {
        if (leftOut > 0) {
            cuts.add(new BatchPiece.Cut(leftOutBytes, leftOut));
            rewind();
        }
    }

    /** The time at which entries that are left out go on as one; empty if there are none. */
    OptionalLong due() {
        return leftOut == 0 ? OptionalLong.empty() : OptionalLong.of(minute + MINUTE);
    }
}
