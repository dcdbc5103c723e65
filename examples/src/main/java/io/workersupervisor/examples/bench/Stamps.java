package io.workersupervisor.examples.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The file that workers append their first instruction's time to. */
final class Stamps {
    private static final int RECORD = 33;

    private final Path file;
    private final long wallAhead;

    Stamps(Path file) throws IOException {
        this.file = Files.createFile(file);
        Instant now = Instant.now();
        this.wallAhead = now.getEpochSecond() * 1_000_000_000L + now.getNano() - System.nanoTime();
    }

    /**
     * One worker.
     *
     * @param nanos its first instruction, as {@link System#nanoTime()} counts
     * @param pid its process
     */
    record Stamp(long nanos, long pid) {}

    Path file() {
        return file;
    }

    int count() throws IOException {
        return (int) (Files.size(file) / RECORD);
    }

    List<Stamp> all() throws IOException {
        return parse(Files.readString(file, StandardCharsets.ISO_8859_1), wallAhead);
    }

    /** All, once there are so many; an {@link IOException} if they do not come in time. */
    List<Stamp> await(int count, Duration patience) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (count() < count) {
            if (System.nanoTime() > deadline) {
                throw new IOException("only " + count() + " of " + count + " workers began within " + patience);
            }
            Thread.sleep(2);
        }
        return all();
    }

    /** The last of some. */
    static long last(List<Stamp> stamps) {
        return stamps.stream().mapToLong(Stamp::nanos).max().orElseThrow();
    }

    /** S has the monotonic clock, R the wall clock. */
    static List<Stamp> parse(String text, long wallAhead) {
        List<Stamp> stamps = new ArrayList<>();
        for (int at = 0; at + RECORD <= text.length(); at += RECORD) {
            String[] words = text.substring(at, at + RECORD).strip().split(" ", -1);
            long nanos = Long.parseLong(words[1]);
            stamps.add(new Stamp(words[0].equals("R") ? nanos - wallAhead : nanos, Long.parseLong(words[2])));
        }
        return stamps;
    }
}
