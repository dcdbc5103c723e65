package io.workersupervisor.internal.logs;

import io.workersupervisor.LogLevel;
import java.time.Instant;

/**
 * How far the entries of a worker's file were handed on. A file that was cut or replaced begins anew behind a base, so that
 * positions only grow.
 *
 * @param inode the file
 * @param base what is added to an offset in the file for the position of an entry
 * @param offset everything before it is handed on
 * @param time the time of the last entry
 * @param level the level of the last entry
 * @param mark the bytes before the offset, by which the file is known again
 */
record LogProgress(long inode, long base, long offset, Instant time, LogLevel level, Mark mark) {
    /** How many bytes make a mark. */
    static final int MARK = 64;

    /**
     * The bytes just before an offset.
     *
     * @param length how many
     * @param crc their CRC-32
     */
    record Mark(int length, long crc) {
        static final Mark NONE = new Mark(0, 0);

        /** Of the last bytes of an array. */
        static Mark of(byte[] bytes, int to) {
            int length = Math.min(MARK, to);
            java.util.zip.CRC32 crc = new java.util.zip.CRC32();
            crc.update(bytes, to - length, length);
            return new Mark(length, crc.getValue());
        }
    }

    /** Before the first byte of a worker that was claimed at a time. */
    static LogProgress begin(long inode, Instant born) {
        return new LogProgress(inode, 0, 0, born, LogLevel.INFO, Mark.NONE);
    }

    /** At the begin of another file of the same worker, or of the same one cut to nothing. */
    LogProgress anew(long newInode, long lost) {
        return new LogProgress(newInode, base + offset + lost, 0, time, level, Mark.NONE);
    }

    long position() {
        return base + offset;
    }
}
