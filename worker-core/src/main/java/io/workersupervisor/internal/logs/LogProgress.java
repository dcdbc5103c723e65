package io.workersupervisor.internal.logs;

import io.workersupervisor.LogLevel;
import java.time.Instant;
import java.util.zip.CRC32;

/**
 * The place in a worker's file up to which entries were handed on, with the time and level of the last one. The file is known
 * again by its inode and marks of the bytes before the offset and of its first ones. A file that was cut or replaced begins anew behind a base,
 * which is added to an offset for the position of an entry, so that positions only grow. Times are shifted by a number of
 * quarter hours ({@link EntryTimes}).
 */
record LogProgress(long inode, long base, long offset, Instant time, LogLevel level, Mark mark, Mark head, int shift) {
    static final long NO_INODE = 0;

    /** The number of bytes of a mark. */
    static final int MARK = 64;

    /** The number of bytes just before an offset, and their CRC-32. */
    record Mark(int length, long crc) {
        static final Mark NONE = new Mark(0, 0);

        static Mark of(byte[] bytes) {
            CRC32 crc = new CRC32();
            crc.update(bytes);
            return new Mark(bytes.length, crc.getValue());
        }
    }

    /** The place before the first byte of a worker. */
    static LogProgress begin(long inode) {
        return new LogProgress(inode, 0, 0, Instant.EPOCH, LogLevel.INFO, Mark.NONE, Mark.NONE, 0);
    }

    /** True where no file of the worker was found yet. */
    boolean isNew() {
        return inode == NO_INODE;
    }

    LogProgress in(long found) {
        return new LogProgress(found, base, offset, time, level, mark, head, shift);
    }

    LogProgress marked(Mark last, Mark first, int quarters) {
        return new LogProgress(inode, base, offset, time, level, last, first, quarters);
    }

    /** The begin of another file of the same worker, or of the same one cut to nothing. */
    LogProgress anew(long newInode, long lost) {
        return new LogProgress(newInode, base + offset + lost, 0, time, level, Mark.NONE, Mark.NONE, shift);
    }

    /** Moves to another place in the same file, without a mark. */
    LogProgress at(long other) {
        return with(other, time, level);
    }

    LogProgress with(long other, Instant lastTime, LogLevel lastLevel) {
        return new LogProgress(inode, base, other, lastTime, lastLevel, Mark.NONE, Mark.NONE, shift);
    }

    /** True if the file that is there may be the one of this progress, as far as inode and length show. */
    boolean isIn(WorkerLogFile.Stat stat) {
        return inode == stat.inode() && offset <= stat.size();
    }

    long position() {
        return base + offset;
    }
}
