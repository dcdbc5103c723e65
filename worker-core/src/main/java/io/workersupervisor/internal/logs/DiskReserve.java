package io.workersupervisor.internal.logs;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.directory.OwnFiles;
import io.workersupervisor.internal.events.LastingTrouble;
import io.workersupervisor.internal.text.Text;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Space that is held back for starts and reports: {@code data/reserve} is given up when the disk is full, and made again
 * when there is room. Used by one thread; a crash leaves the file or not.
 */
final class DiskReserve {
    /** Space for many starts, reports and checkpoints. */
    static final long SIZE = 4 << 20;

    /** With more than this left the reserve is made again. */
    static final long ROOM = 4 * SIZE;

    static final String FILE = "reserve";

    private final Usable usable;
    private final Path file;
    private final LogFeed feed;
    private final LastingTrouble full = new LastingTrouble();

    /** The number of bytes that can still be written to the file system. */
    @FunctionalInterface
    interface Usable {
        long now() throws IOException;
    }

    DiskReserve(DataDirectory data, LogFeed feed) {
        this(data, feed, () -> usable(data));
    }

    /** Asks the file system itself, and only where it has no answer for the reason. */
    private static long usable(DataDirectory data) throws IOException {
        long left = data.path().toFile().getUsableSpace();
        return left > 0 ? left : Files.getFileStore(data.path()).getUsableSpace();
    }

    DiskReserve(DataDirectory data, LogFeed feed, Usable usable) {
        this.usable = usable;
        this.file = data.path().resolve(FILE);
        this.feed = feed;
    }

    /** The number of bytes wanted beside the free ones; none unless the disk is full. */
    long tick() throws IOException {
        long left = usable.now();
        boolean held = Files.exists(file);
        if (left < SIZE) {
            if (held) {
                Files.delete(file);
            }
            if (full.begins()) {
                String reserve = held ? "the reserve of " + Text.bytes(SIZE) + " is given up" : "no reserve is left";
                feed.trouble("the disk of the data directory is full (" + Text.bytes(left)
                        + " left): lines that workers write to their logs now may be lost; " + reserve
                        + " for starts and reports");
            }
            return ROOM;
        }
        if (left > ROOM) {
            if (!held) {
                hold();
            }
            if (full.ends()) {
                feed.trouble("the disk of the data directory has room again");
            }
        }
        return 0;
    }

    private void hold() throws IOException {
        OwnFiles.make(file);
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            // Not a hole: the blocks must be there.
            out.write(new byte[(int) SIZE]);
        } catch (IOException filled) {
            Files.deleteIfExists(file);
            throw filled;
        }
    }
}
