package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.DaemonThreads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Requests to keepers and their answers, on any connection: each carries a tag, and one thread reads all answers; it sleeps
 * while nothing happens. A keeper that gave no answer in time is silent for a while: stopped, or held up by a process that hangs on its way to its program.
 * Thread-safe.
 */
public final class KeeperRequests implements AutoCloseable {
    /** The time for which nobody waits again for a keeper that took a connection and said nothing. */
    private static final Duration RESPITE = Duration.ofSeconds(30);

    private final Clocks clocks;
    private final Map<Path, Long> silent = new ConcurrentHashMap<>();
    private final AtomicLong tags = new AtomicLong();
    private final Queue<KeeperConnection> fresh = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Selector selector;
    private volatile boolean closed;

    KeeperRequests(Clocks clocks) {
        this.clocks = clocks;
    }

    /** Has the answers of a connection read. */
    void add(KeeperConnection connection) throws IOException {
        begin();
        fresh.add(connection);
        wake();
    }

    /** Gives up a connection on which nothing of use was said. */
    void drop(KeeperConnection connection) throws IOException {
        connection.channel().close();
        connection.end();
        wake();
    }

    private synchronized void begin() throws IOException {
        if (selector == null) {
            Selector opened = Selector.open();
            selector = opened;
            DaemonThreads.of("worker-keeper", () -> run(opened)).start();
        }
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

    /** Has the keepers' thread look at all connections, and send what is queued on any. */
    private void wake() {
        Selector running = selector;
        if (running != null) {
            running.wakeup();
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

    private void run(Selector keepers) {
        while (!closed) {
            Guard.run("keeper", Optional.empty(), () -> turn(keepers));
        }
        keepers.keys().forEach(this::end);
        fresh.forEach(KeeperConnection::end);
        Guard.run("keeper", Optional.empty(), keepers::close);
    }

    private void turn(Selector keepers) {
        try {
            keepers.select();
        } catch (IOException e) {
            closed = true;
            throw new IllegalStateException("waiting for keepers failed", e);
        }
        for (KeeperConnection connection = fresh.poll(); connection != null; connection = fresh.poll()) {
            register(connection, keepers);
        }
        for (SelectionKey key : keepers.keys()) {
            serve(key);
        }
        keepers.selectedKeys().clear();
    }

    private void register(KeeperConnection connection, Selector keepers) {
        try {
            connection.channel().register(keepers, SelectionKey.OP_READ, connection);
        } catch (ClosedChannelException gone) {
            connection.end();
        }
    }

    private void serve(SelectionKey key) {
        KeeperConnection connection = (KeeperConnection) key.attachment();
        if (!key.isValid()) {
            return;
        }
        try {
            if (key.isReadable()) {
                connection.read();
            }
            // Requests that the answers at hand have caused leave in the same turn.
            boolean more = connection.write();
            key.interestOps(more ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        } catch (IOException | RuntimeException over) {
            end(key);
        }
    }

    private void end(SelectionKey key) {
        key.cancel();
        KeeperConnection connection = (KeeperConnection) key.attachment();
        Guard.run("keeper", Optional.empty(), () -> {
            try {
                connection.channel().close();
            } finally {
                connection.end();
            }
        });
    }

    /** Ends the reading and the connections. */
    @Override
    public void close() {
        closed = true;
        wake();
    }
}
