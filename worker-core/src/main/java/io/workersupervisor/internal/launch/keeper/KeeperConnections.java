package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.internal.directory.HolePuncher;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.OwnFiles;
import io.workersupervisor.internal.events.Guard;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The connections of this host to the keepers of its data directory: its own context's, which it starts where there is
 * none, and those of others, older versions say, which report the ends of their workers.
 *
 * <ol>
 *   <li>Connect to the socket in {@code data/keeper/CONTEXT}; where nobody listens, run the program there, which takes the
 *       directory's lock, or finds it taken, and connect again. A keeper that is full or about to leave closes the
 *       connection: again, for a bounded time.
 *   <li>HELLO. Only a keeper of the same protocol and context is used for starts.
 *   <li>When a connection ends, its requests have no answer; the next one begins at 1. A keeper that begins adopts the
 *       workers of the one that died.
 * </ol>
 */
public final class KeeperConnections implements AutoCloseable {
    private static final String PROTOCOL = "1";
    private static final Duration LONGEST_HELLO = Duration.ofSeconds(5);
    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(20);

    /** Interval of the looks for keepers that began without this host, and at silent ones. */
    private static final Duration DISCOVERY = Duration.ofSeconds(15);

    private final DataDirectory data;
    private final Clocks clocks;
    private final KeeperRequests calls;
    private final Consumer<String> ends;
    private final Map<Path, Known> known = new ConcurrentHashMap<>();
    private final Map<Path, Ping> pings = new HashMap<>();
    private final Map<String, Awaited> over = new ConcurrentHashMap<>();
    private volatile Runnable onGone = () -> {};
    private volatile boolean closed;
    private String failure = "";
    private long failedAt;
    private long discoverAt;

    /** The end of a worker that is, or is about to be, the child of a keeper. */
    private record Awaited(KeeperConnection from, CompletableFuture<?> end) {}

    /** A keeper that said hello. */
    private record Known(KeeperConnection connection, String context, long pid) {}

    /** {@code ends} gets the worker ids of ends that nobody here waits for, on the keepers' thread: it must not block. */
    public KeeperConnections(DataDirectory data, Clocks clocks, Consumer<String> ends) {
        this.data = data;
        this.clocks = clocks;
        this.calls = new KeeperRequests(clocks);
        this.ends = ends;
        this.discoverAt = clocks.nanos();
    }

    /** Connects to a context's keeper, which is started where there is none. */
    KeeperConnection own(KeeperContext context, KeeperStarter program) throws KeeperUnavailableException {
        Path directory = Layout.keepers(data).resolve(context.name());
        if (calls.isSilent(directory)) {
            throw new KeeperUnavailableException("the one in " + directory
                    + " gives no answer: it is stopped, or a process that it starts hangs on its way to its program");
        }
        Optional<Known> present = living(directory);
        return present.isPresent() ? present.get().connection() : begin(directory, context, program);
    }

    private synchronized KeeperConnection begin(Path directory, KeeperContext context, KeeperStarter program)
            throws KeeperUnavailableException {
        long deadline = clocks.nanos() + LONGEST_CONNECT.toNanos();
        String before = failure;
        if (!before.isEmpty() && clocks.nanos() - failedAt < LONGEST_CONNECT.toNanos()) {
            // Callers that waited here meanwhile do not try one after another.
            throw new KeeperUnavailableException(before);
        }
        try {
            KeeperConnection connection = begin(directory, context, program, deadline);
            failure = "";
            return connection;
        } catch (KeeperUnavailableException failed) {
            failure = Thread.currentThread().isInterrupted() ? "" : String.valueOf(failed.getMessage());
            failedAt = clocks.nanos();
            throw failed;
        }
    }

    private KeeperConnection begin(Path directory, KeeperContext context, KeeperStarter program, long deadline)
            throws KeeperUnavailableException {
        makeDirectory(directory);
        Optional<Known> found = connect(directory);
        while (found.isEmpty()) {
            program.begin(directory, context);
            found = connect(directory);
            boolean late = clocks.nanos() > deadline
                    || calls.isSilent(directory)
                    || Thread.currentThread().isInterrupted();
            if (found.isEmpty() && late) {
                throw new KeeperUnavailableException("the one in " + directory + " does not answer");
            }
            if (found.isEmpty()) {
                clocks.pause(PAUSE);
            }
        }
        if (!found.get().context().equals(context.name())) {
            throw new KeeperUnavailableException(
                    "the one in " + directory + " serves " + found.get().context());
        }
        return found.get().connection();
    }

    private static void makeDirectory(Path directory) throws KeeperUnavailableException {
        try {
            OwnFiles.makeDirectories(directory);
        } catch (IOException e) {
            throw new KeeperUnavailableException(directory + " cannot be made: " + Text.reason(e));
        }
    }

    /**
     * Connects to all living keepers, so that they report ends, and asks each for a sign of life; now and then, however
     * often it is called, and each time while one gives no answer. So a stopped keeper is noticed although nothing else is
     * asked of it, and its workers are looked at. One thread at a time calls it.
     */
    public void discover() {
        pings.values().removeIf(this::isOver);
        if (clocks.nanos() - discoverAt < 0 && !calls.isAnySilent()) {
            return;
        }
        discoverAt = clocks.nanos() + DISCOVERY.toNanos();
        for (Path directory : directories(data)) {
            existing(directory)
                    .filter(connection -> !pings.containsKey(directory))
                    .ifPresent(connection -> pings.put(directory, ping(connection)));
        }
    }

    private Ping ping(KeeperConnection connection) {
        String tag = calls.tag();
        ByteBuffer frame = KeeperFrame.encode(List.of("HELLO", tag, PROTOCOL)).orElseThrow();
        Ping sent = new Ping(connection, connection.queue(frame, tag), clocks.nanos());
        calls.send(connection);
        return sent;
    }

    /** A ping without an answer stays: its keeper counts as silent again and again, until it answers or is gone. */
    private boolean isOver(Ping ping) {
        boolean over = ping.answer().isDone() || ping.to().isGone();
        if (!over && clocks.nanos() - ping.since() > LONGEST_HELLO.toNanos()) {
            calls.silence(ping.to().directory());
        }
        return over;
    }

    /** A HELLO whose answer is looked for at the next turns. */
    private record Ping(KeeperConnection to, CompletableFuture<List<String>> answer, long since) {}

    /** The keeper of a directory, if one lives there. */
    public Optional<KeeperConnection> existing(Path directory) {
        return living(directory).or(() -> connect(directory)).map(Known::connection);
    }

    private Optional<Known> living(Path directory) {
        return Optional.ofNullable(known.get(directory))
                .filter(keeper -> !keeper.connection().isGone());
    }

    /** True if a worker that this host started is the child of a living keeper, which would have reported its end. */
    public boolean isHeld(String workerId) {
        return !calls.isAnySilent() && over.containsKey(workerId);
    }

    public static List<Path> directories(DataDirectory data) {
        try (Stream<Path> all = Files.list(Layout.keepers(data))) {
            return all.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw new DataDirectoryException(Layout.keepers(data) + " cannot be read: " + Text.reason(e), e);
        }
    }

    private synchronized Optional<Known> connect(Path directory) {
        Optional<Known> present = living(directory);
        if (present.isPresent()) {
            return present;
        }
        if (closed || calls.isSilent(directory) || !Files.exists(directory.resolve("sock"))) {
            return Optional.empty();
        }
        try {
            KeeperConnection connection = KeeperConnection.open(directory, new Listener());
            calls.add(connection);
            List<String> hello = calls.ask(connection, List.of("HELLO", calls.tag(), PROTOCOL), LONGEST_HELLO);
            if (!isWelcome(hello)) {
                if (!connection.isGone() && !Thread.currentThread().isInterrupted()) {
                    calls.silence(directory);
                }
                calls.drop(connection);
                return Optional.empty();
            }
            Known found = new Known(connection, hello.get(3), Long.parseLong(hello.get(4)));
            known.put(directory, found);
            return Optional.of(found);
        } catch (IOException nobody) {
            // Its socket file may outlive a keeper that was killed.
            return Optional.empty();
        }
    }

    private static boolean isWelcome(List<String> hello) {
        return hello.size() >= 5
                && hello.get(0).equals("KEEPER")
                && hello.get(2).equals(PROTOCOL)
                && hello.get(4).matches("[0-9]{1,18}");
    }

    private final class Listener implements KeeperConnection.Events {
        @Override
        public void ended(KeeperConnection from, String workerId) {
            Optional<CompletableFuture<?>> awaited = release(workerId);
            // A failure behind an end must not end the connection.
            Guard.run("end", Optional.empty(), () -> {
                awaited.ifPresentOrElse(future -> future.complete(null), () -> ends.accept(workerId));
            });
        }

        @Override
        public void gone(KeeperConnection from) {
            // Everyone who waited for an end looks by himself now.
            over.forEach((workerId, awaited) -> {
                if (awaited.from() == from) {
                    ended(from, workerId);
                }
            });
            if (!closed) {
                onGone.run();
            }
        }
    }

    /** Sets the action for a keeper that is gone; called on the keepers' thread, it must not block. */
    public void onGone(Runnable action) {
        onGone = action;
    }

    /** Completes when the worker has ended, or its keeper cannot report any more; to be called before the start there. */
    CompletableFuture<?> over(String workerId, KeeperConnection by) {
        return over.computeIfAbsent(workerId, id -> new Awaited(by, new CompletableFuture<Void>()))
                .end();
    }

    /** Nothing was started under this id. */
    void neverStarted(String workerId) {
        release(workerId);
    }

    private Optional<CompletableFuture<?>> release(String workerId) {
        return Optional.ofNullable(over.remove(workerId)).map(Awaited::end);
    }

    public KeeperRequests calls() {
        return calls;
    }

    /** Has any living keeper free a part of a file; empty when it is free, else the reason why it is not. */
    public Optional<String> punch(Path file, long offset, long length) {
        Optional<KeeperConnection> keeper = directories(data).stream()
                .flatMap(directory -> existing(directory).stream())
                .findFirst();
        if (keeper.isEmpty()) {
            return Optional.of("no keeper runs");
        }
        List<String> request =
                List.of("PUNCH", calls.tag(), file.toString(), Long.toString(offset), Long.toString(length));
        List<String> answer = calls.ask(keeper.get(), request, HolePuncher.LONGEST);
        return !answer.isEmpty() && answer.get(0).equals("DONE")
                ? Optional.empty()
                : Optional.of("the keeper answered " + answer);
    }

    /** The living keepers, in words. */
    public List<String> describe() {
        List<String> words = new ArrayList<>();
        known.forEach((directory, keeper) -> {
            if (!keeper.connection().isGone()) {
                words.add("pid " + keeper.pid() + ", context " + keeper.context());
            }
        });
        return words;
    }

    /** True if a process is a keeper; its program is named after it. */
    public static boolean isKeeper(ProcFs proc, long pid) {
        return proc.commandLine(pid).contains("/keeper-");
    }

    /** Ends the connections; keepers and workers go on. */
    @Override
    public synchronized void close() {
        closed = true;
        calls.close();
    }
}
