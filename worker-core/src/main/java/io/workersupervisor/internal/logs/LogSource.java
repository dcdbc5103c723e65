package io.workersupervisor.internal.logs;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An open file that a worker writes, read from any offset. It stays readable when the worker renames or deletes it. Not
 * thread-safe. Not a channel: an interrupt of the thread that reads must not close it.
 */
public final class LogSource implements AutoCloseable {
    /** The least part that file systems free. */
    private static final int BLOCK = 4096;

    private final RandomAccessFile file;
    private final Path path;
    private final long inode;

    private LogSource(RandomAccessFile file, Path path, long inode) {
        this.file = file;
        this.path = path;
        this.inode = inode;
    }

    /** Empty where there is no regular file of that name, or it changes while it is opened. */
    public static Optional<LogSource> open(Path path) throws IOException {
        Optional<WorkerLogFile.Stat> before = WorkerLogFile.stat(path);
        if (before.isEmpty()) {
            return Optional.empty();
        }
        RandomAccessFile opened;
        try {
            opened = new RandomAccessFile(path.toFile(), "r");
        } catch (FileNotFoundException goneOrForbidden) {
            if (WorkerLogFile.stat(path).isEmpty()) {
                return Optional.empty();
            }
            throw goneOrForbidden;
        }
        Optional<Long> inode = WorkerLogFile.stat(path).map(WorkerLogFile.Stat::inode);
        if (!inode.equals(before.map(WorkerLogFile.Stat::inode))) {
            opened.close();
            return Optional.empty();
        }
        return inode.map(same -> new LogSource(opened, path, same));
    }

    /** The file in which a progress was made, under whatever name it has now; empty where its bytes are gone. */
    static Optional<LogSource> of(LogProgress progress, Path path) throws IOException {
        Optional<Path> now = hasInode(path, progress.inode()) ? Optional.of(path) : renamed(path, progress.inode());
        Optional<LogSource> source = now.isPresent() ? open(now.get()) : Optional.empty();
        if (source.isPresent() && !source.get().continues(progress)) {
            source.get().close();
            return Optional.empty();
        }
        return source;
    }

    private static boolean hasInode(Path path, long inode) throws IOException {
        return WorkerLogFile.stat(path).filter(stat -> stat.inode() == inode).isPresent();
    }

    private static Optional<Path> renamed(Path path, long inode) throws IOException {
        List<Path> others = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(path.resolveSibling("."))) {
            all.forEach(others::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        // Most have a longer name by now.
        String name = String.valueOf(path.getFileName());
        others.sort(Comparator.comparing(
                other -> !String.valueOf(other.getFileName()).startsWith(name)));
        for (Path other : others) {
            if (hasInode(other, inode)) {
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }

    /** The name under which it was found. */
    Path path() {
        return path;
    }

    long inode() {
        return inode;
    }

    public long size() throws IOException {
        return file.length();
    }

    /** Fewer bytes than asked for at the end of the file. */
    public byte[] read(long offset, int most) throws IOException {
        byte[] bytes = new byte[(int) Math.max(0, Math.min(most, file.length() - offset))];
        int got = 0;
        file.seek(offset);
        while (got < bytes.length) {
            int more = file.read(bytes, got, bytes.length - got);
            if (more < 0) {
                return Arrays.copyOf(bytes, got);
            }
            got += more;
        }
        return bytes;
    }

    /** True if it is the file in which a progress was made, as far as the bytes before it show. */
    boolean continues(LogProgress progress) throws IOException {
        return inode == progress.inode()
                && file.length() >= progress.offset()
                && holds(progress.mark(), progress.offset());
    }

    /** True if the bytes before an end are those of a mark, or are freed. */
    boolean holds(LogProgress.Mark mark, long end) throws IOException {
        byte[] bytes = read(end - mark.length(), mark.length());
        return LogProgress.Mark.of(bytes).equals(mark) || Arrays.equals(bytes, new byte[mark.length()]);
    }

    /** The begin of the first block that does not consist of NUL, as a freed one does; empty if there is none. */
    OptionalLong firstData(long from) throws IOException {
        long at = from;
        byte[] bytes = read(at, 1 << 16);
        while (bytes.length > 0) {
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] != 0) {
                    return OptionalLong.of(Math.max(from, (at + i) / BLOCK * BLOCK));
                }
            }
            at += bytes.length;
            bytes = read(at, 1 << 16);
        }
        return OptionalLong.empty();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
