package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.internal.directory.CertainPath;
import io.workersupervisor.internal.text.PlatformCharset;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.net.ExtendedSocketOptions;

/**
 * One connection to a keeper: requests in, answers by their tag, ends of workers as they come. The channel never blocks, so
 * that no interrupt of a caller closes it and no frozen keeper holds one up; {@link KeeperRequests} alone reads it, and writes
 * the rest of a request that the socket did not take at once. Thread-safe.
 */
public final class KeeperConnection {
    /** A socket's path may have 108 bytes; this leaves room for what the JDK adds. */
    private static final int LONGEST_PATH = 100;

    private final Path directory;
    private final SocketChannel channel;
    private final Events events;
    private final ByteBuffer in = ByteBuffer.allocate(1 << 16);
    private final Queue<ByteBuffer> waiting = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<ByteBuffer> out = new ArrayDeque<>();
    private final Map<String, CompletableFuture<List<String>>> requests = new ConcurrentHashMap<>();
    private volatile boolean gone;

    /** Called on the keepers' thread; must not block. */
    interface Events {
        void ended(KeeperConnection from, String workerId);

        void gone(KeeperConnection from);
    }

    private KeeperConnection(Path directory, SocketChannel channel, Events events) {
        this.directory = directory;
        this.channel = channel;
        this.events = events;
    }

    /** Connects to the keeper that listens in a directory; {@link IOException} if there is none, or it is another user's. */
    static KeeperConnection open(Path directory, Events events) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false);
            connect(channel, directory);
            if (!channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().equals(Files.getOwner(directory))) {
                throw new IOException("the process that listens in " + directory + " belongs to another user");
            }
            return new KeeperConnection(directory, channel, events);
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    private static void connect(SocketChannel channel, Path directory) throws IOException {
        Path socket = directory.resolve("sock");
        if (bytes(socket) <= LONGEST_PATH) {
            connect(channel, UnixDomainSocketAddress.of(socket));
            return;
        }
        Path shorter = shorter();
        Path link = shorter.resolve("k");
        try {
            Files.createSymbolicLink(link, directory);
            connect(channel, UnixDomainSocketAddress.of(link.resolve("sock")));
        } finally {
            Files.deleteIfExists(link);
            Files.delete(shorter);
        }
    }

    /** Never waits: a stopped keeper takes nobody out of its queue. */
    private static void connect(SocketChannel channel, UnixDomainSocketAddress address) throws IOException {
        if (!channel.connect(address)) {
            throw new IOException("the keeper does not take the connection");
        }
    }

    /** A new directory of ours, where a name for a socket is short enough. */
    private static Path shorter() throws IOException {
        for (String place : List.of(System.getProperty("java.io.tmpdir"), "/tmp", "/var/tmp", "/dev/shm")) {
            Optional<Path> temporary = CertainPath.named(place)
                    .filter(path -> bytes(path) <= LONGEST_PATH / 2)
                    .filter(Files::isWritable);
            if (temporary.isPresent()) {
                return Files.createTempDirectory(temporary.get(), "wk");
            }
        }
        throw new IOException("no temporary directory has a name that is short enough for a socket");
    }

    private static int bytes(Path path) {
        return path.toString().getBytes(PlatformCharset.CHARSET).length;
    }

    Path directory() {
        return directory;
    }

    SocketChannel channel() {
        return channel;
    }

    boolean isGone() {
        return gone;
    }

    /**
     * Queues a request, whose second field is its tag; {@link KeeperRequests#send} sends it. The answer is empty if the
     * connection ends before it comes.
     */
    CompletableFuture<List<String>> queue(ByteBuffer frame, String tag) {
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        requests.put(tag, answer);
        waiting.add(frame);
        if (gone) {
            end();
        }
        return answer;
    }

    /**
     * Writes the queue as far as the socket takes it, which never blocks; true if something is left. A caller writes its
     * request by itself, and leaves the rest to the keepers' thread.
     */
    synchronized boolean write() throws IOException {
        for (ByteBuffer frame = waiting.poll(); frame != null; frame = waiting.poll()) {
            out.add(frame);
        }
        while (!out.isEmpty()) {
            channel.write(out.element());
            if (out.element().hasRemaining()) {
                return true;
            }
            KeeperFrame.wipe(out.remove());
        }
        return false;
    }

    /** Reads what is there; {@link IOException} at the end of the connection. */
    void read() throws IOException {
        int count = channel.read(in);
        in.flip();
        try {
            for (Optional<List<String>> frame = KeeperFrame.take(in); frame.isPresent(); frame = KeeperFrame.take(in)) {
                handle(frame.get());
            }
        } catch (IllegalArgumentException garbage) {
            throw new IOException(garbage);
        }
        in.compact();
        if (count < 0) {
            throw new IOException("the keeper has ended");
        }
    }

    private void handle(List<String> fields) {
        if (fields.get(0).equals("EXIT") && fields.size() > 1) {
            events.ended(this, fields.get(1));
        } else if (fields.size() > 1) {
            answer(fields.get(1), fields);
        }
    }

    private void answer(String tag, List<String> fields) {
        CompletableFuture<List<String>> answer = requests.remove(tag);
        if (answer != null) {
            answer.complete(fields);
        }
    }

    /** Ends all requests without an answer; the end of the connection is reported once. */
    void end() {
        boolean first = !gone;
        gone = true;
        requests.keySet().forEach(tag -> answer(tag, List.of()));
        wipe();
        if (first) {
            events.gone(this);
        }
    }

    private synchronized void wipe() {
        out.forEach(KeeperFrame::wipe);
        waiting.forEach(KeeperFrame::wipe);
    }
}
