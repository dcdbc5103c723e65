package io.workersupervisor.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The {@code -wal} of a database, read by another process, as closing it in this one is forbidden. */
final class Wal {
    private static final int HEADER = 32;
    private static final int FRAME_HEADER = 24;

    private Wal() {}

    /** How many transactions it holds, each of which was synced. */
    static int commits(Path file) throws IOException {
        Process cat = new ProcessBuilder("cat", Snapshot.beside(file, "-wal").toString()).start();
        ByteBuffer wal = ByteBuffer.wrap(cat.getInputStream().readAllBytes());
        int commits = 0;
        if (wal.limit() > HEADER) {
            long salts = wal.getLong(16);
            int frame = FRAME_HEADER + wal.getInt(8);
            for (int at = HEADER; at + frame <= wal.limit() && wal.getLong(at + 8) == salts; at += frame) {
                commits += wal.getInt(at + 4) == 0 ? 0 : 1;
            }
        }
        return commits;
    }
}
