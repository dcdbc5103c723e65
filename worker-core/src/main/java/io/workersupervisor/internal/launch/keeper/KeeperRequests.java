package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.internal.machine.Clocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Requests to keepers and their answers, on any connection: each carries a tag, and one thread reads all answers. A keeper
 * that gave no answer in time is silent for a while: stopped, or held up by a process that hangs on its way to its program.
 * Thread-safe.
 */
public final class KeeperRequests implements AutoCloseable {
    /** The time for which nobody waits again for a keeper that took a connection and said nothing. */
    private static final Duration RESPITE = Duration.ofSeconds(30);

    private final Clocks clocks;
    private final Map<Path, Long> silent = new ConcurrentHashMap<>();
    private final AtomicLong tags = new AtomicLong();
    private volatile @Nullable KeeperSelector thread;

    KeeperRequests(Clocks clocks) {
        this.clocks = clocks;
    }

    /** Has the answers of a connection read. */
    void add(KeeperConnection connection) throws IOException {
        thread().add(connection);
    }

    /** Gives up a connection on which nothing of use was said. */
    void drop(KeeperConnection connection) throws IOException {
        connection.channel().close();
        connection.end();
        thread().wake();
    }

    private synchronized KeeperSelector thread() throws IOException {
        KeeperSelector running = thread;
        if (running == null) {
            running = new KeeperSelector();
            thread = running;
        }
        return running;
    }

    /** A tag that no other request of this host has; worker ids are tags, too, and longer. */
    public String tag() {
        return Long.toString(tags.incrementAndGet());
    }

    /** Sends a request and waits for its answer; empty if none came in time, or the connection ended. */
    List<String> ask(KeeperConnection connection, List<String> fields, Duration patience) {
        ByteBuffer frame = KeeperFrame.encode(fields)
                .orElseThrow(
                        () -> new IllegalArgumentException("a request of more than " + KeeperFrame.LARGEST + " bytes"));
        return ask(connection, frame, fields.get(1), patience);
    }

    List<String> ask(KeeperConnection connection, ByteBuffer frame, String tag, Duration patience) {
        CompletableFuture<List<String>> answer = connection.queue(frame, tag);
        send(connection);
        try {
            List<String> answered = answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            silent.remove(connection.directory());
            return answered;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return List.of();
        } catch (TimeoutException late) {
            silence(connection.directory());
            return List.of();
        } catch (ExecutionException e) {
            throw new IllegalStateException("an answer of a keeper failed", e);
        }
    }

    /** Sends a request whose answer nobody waits for. */
    @SuppressWarnings("FutureReturnValueIgnored")
    public void say(KeeperConnection connection, List<String> fields) {
        KeeperFrame.encode(fields).ifPresent(frame -> connection.queue(frame, fields.get(1)));
        send(connection);
    }

    /** Sends the queue at once, without a turn of the keepers' thread, as far as the socket takes it. */
    void send(KeeperConnection connection) {
        boolean left;
        try {
            left = connection.write();
        } catch (IOException broken) {
            // The thread that reads it meets the same, and ends it.
            left = true;
        }
        if (left) {
            wake();
        }
    }

    private void wake() {
        KeeperSelector running = thread;
        if (running != null) {
            running.wake();
        }
    }

    /** True if a keeper has lately given no answer. */
    boolean isSilent(Path directory) {
        Long since = silent.get(directory);
        if (since == null) {
            return false;
        }
        boolean still = clocks.nanos() - since < RESPITE.toNanos();
        if (!still) {
            // Not a silence that began meanwhile.
            silent.remove(directory, since);
        }
        return still;
    }

    /** Notes a keeper that gives no answer, as is known by other means. */
    void silence(Path directory) {
        silent.put(directory, clocks.nanos());
    }

    boolean isAnySilent() {
        return silent.keySet().stream().anyMatch(this::isSilent);
    }

    /** Ends the reading and the connections. */
    @Override
    public synchronized void close() {
        KeeperSelector running = thread;
        if (running != null) {
            running.close();
        }
    }
}
