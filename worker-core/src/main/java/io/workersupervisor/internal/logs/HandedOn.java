package io.workersupervisor.internal.logs;

import io.workersupervisor.internal.logs.entries.EntryCutter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The first lines of a file that were handed on, by which others are told that were written in their place: a program that
 * opens a file by its name without appending begins at its first byte. Not thread-safe.
 */
final class HandedOn {
    /** The number of bytes in which lines are told that were written over. */
    static final int MOST = 256 << 10;

    /** The number of bytes that are remembered before anything is written over. */
    private static final int AT_FIRST = 1 << 10;

    /** The lines from the first one on without a gap: the end of each, and its hash. */
    private int[] ends = new int[0];

    private int[] hashes = new int[0];
    private boolean often;
    private boolean isLossTold;

    /** More is to be remembered, as the file is written over. */
    void often() {
        often = true;
    }

    boolean isOften() {
        return often;
    }

    /** Remembers more from now on; true if it is to be told that the file is written over: once, and once with a loss. */
    boolean isNews(long lost) {
        boolean isNews = !often || (lost > 0 && !isLossTold);
        often = true;
        isLossTold |= lost > 0;
        return isNews;
    }

    void clear() {
        keep(0);
    }

    private void keep(int count) {
        ends = Arrays.copyOf(ends, count);
        hashes = Arrays.copyOf(hashes, count);
    }

    /** The end of the lines that are remembered. */
    int end() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    /** True if all lines before a place are remembered. */
    boolean reachesTo(long place) {
        return place > 0 && end() >= place;
    }

    /** Remembers the lines of a part of the file, where those before it are remembered. */
    void remember(long from, long to, EntryReader.Bytes file) throws IOException {
        long limit = Math.min(to, often ? MOST : AT_FIRST);
        if (from >= limit || from > end()) {
            return;
        }
        int index = Arrays.binarySearch(ends, (int) from);
        int count = from == 0 ? 0 : index >= 0 ? index + 1 : -index - 1;
        keep(count);
        byte[] bytes = end() == from ? file.at(from, (int) (limit - from)) : new byte[0];
        for (int at = 0, next; at < bytes.length; at = next) {
            next = lineEnd(bytes, at);
            if (bytes[next - 1] == '\n') {
                keep(++count);
                ends[count - 1] = (int) from + next;
                hashes[count - 1] = hash(bytes, at, next);
            }
        }
    }

    private static int hash(byte[] bytes, int from, int to) {
        return Arrays.hashCode(Arrays.copyOfRange(bytes, from, to));
    }

    private static int lineEnd(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != '\n') {
            at++;
        }
        return Math.min(bytes.length, at + 1);
    }

    /** The begin of a file up to the last whole line that stands in the place of another one before an offset; empty if none does. */
    List<BatchPiece.Cut> others(byte[] bytes, long offset) {
        List<BatchPiece.Cut> cuts = new ArrayList<>();
        int from = 0;
        boolean wasKnown = true;
        for (int at = 0, next; at < Math.min(bytes.length, offset); at = next) {
            next = lineEnd(bytes, at);
            boolean isWhole = bytes[next - 1] == '\n';
            boolean isKnown = !isWhole || isKnown(bytes, at, next);
            if (isKnown != wasKnown) {
                cut(bytes, from, at, wasKnown, cuts);
                from = at;
                wasKnown = isKnown;
            }
            if (!isKnown && next >= Math.min(bytes.length, offset)) {
                cut(bytes, from, next, false, cuts);
            }
        }
        return cuts;
    }

    private static void cut(byte[] bytes, int from, int to, boolean isKnown, List<BatchPiece.Cut> cuts) {
        if (isKnown && to > from) {
            cuts.add(BatchPiece.Cut.before(to - from));
        } else if (!isKnown) {
            EntryCutter cutter = new EntryCutter(from);
            cutter.feed(bytes, from, to, span -> cuts.add(new BatchPiece.Cut(span.length(), 0)));
            cutter.closeAll(span -> cuts.add(new BatchPiece.Cut(span.length(), 0)));
        }
    }

    /** True for a line, or the rest of one, that was handed on at this place, and where that cannot be known. */
    private boolean isKnown(byte[] bytes, int from, int to) {
        if (from >= end()) {
            return from >= LogProgress.MARK || end() > 0;
        }
        int index = Arrays.binarySearch(ends, to);
        int begin = index > 0 ? ends[index - 1] : 0;
        return index >= 0 && (begin < from || (begin == from && hashes[index] == hash(bytes, from, to)));
    }
}
