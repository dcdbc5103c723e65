package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.machine.DaemonThreads;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The one thread that reads and writes the connections to all keepers; it sleeps while nothing happens. */
final class KeeperSelector implements AutoCloseable {
    private final Selector selector;
    private final Queue<KeeperConnection> fresh = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    KeeperSelector() throws IOException {
        this.selector = Selector.open();
        DaemonThreads.of("worker-keeper", this::run).start();
    }

    void add(KeeperConnection connection) {
        fresh.add(connection);
        selector.wakeup();
    }

    /** Sends what is queued on any connection. */
    void wake() {
        selector.wakeup();
    }

    private void run() {
        while (!closed) {
            Guard.run("keeper", Optional.empty(), this::turn);
        }
        selector.keys().forEach(this::end);
        fresh.forEach(KeeperConnection::end);
        Guard.run("keeper", Optional.empty(), selector::close);
    }

    private void turn() {
        try {
            selector.select();
        } catch (IOException e) {
            closed = true;
            throw new IllegalStateException("waiting for keepers failed", e);
        }
        for (KeeperConnection connection = fresh.poll(); connection != null; connection = fresh.poll()) {
            register(connection);
        }
        for (SelectionKey key : selector.keys()) {
            serve(key);
        }
        selector.selectedKeys().clear();
    }

    private void register(KeeperConnection connection) {
        try {
            connection.channel().register(selector, SelectionKey.OP_READ, connection);
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

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }
}
