package io.workersupervisor.sqlite;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A program at the moment when it has attached to a database and has yet to build the index of its {@code -wal}. */
final class HalfOpen {
    private static final int INDEX_BYTES = 32_768;

    /** The byte of the {@code -shm} that every attached program has locked, shared. */
    private static final int ATTACHED = 128;

    private HalfOpen() {}

    public static void main(String[] args) throws IOException {
        Path index = Snapshot.beside(Path.of(args[0]), "-shm");
        try (FileChannel channel =
                FileChannel.open(index, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            channel.write(ByteBuffer.allocate(INDEX_BYTES), 0);
            requireNonNull(channel.lock(ATTACHED, 1, true));
            System.out.println("attached");
            while (System.in.read() >= 0) {
                // Held until the test closes the input.
            }
        }
    }
}
