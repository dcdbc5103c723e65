package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.Redaction;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.Descriptors;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.LogSink;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P5 and P7 with more unread files than a process may have open. */
class ManyFilesTest {
    private static final int FILES = 3_000;
    private static final int LATER = 20;

    @TempDir
    private Path directory;

    /** In a process of its own, as the limit is that of a process. */
    @Test
    void p5_more_unread_files_than_descriptors_are_all_delivered_also_after_there_was_none_left()
            throws IOException, InterruptedException {
        String said = run(Host.class, 120);

        assertThat(said).contains("delivered " + 2 * (FILES + LATER) + ", twice 0, troubles 1");
        assertThat(mostOpen(said)).isLessThan(100);
    }

    /** Prints how late the lines of the one that writes on were, too. */
    @Test
    @Tag("long")
    void p5_a_host_delivers_a_backlog_of_20_000_files_beside_the_lines_of_a_worker_that_writes_on()
            throws IOException, InterruptedException {
        String said = run(Fleet.class, 300);

        System.out.println(said);
        assertThat(said)
                .contains("delivered " + 2 * Fleet.FILES + " of the backlog, twice 0")
                .contains("lines of now");
        assertThat(mostOpen(said)).isLessThan(100);
    }

    private static int mostOpen(String said) {
        return Integer.parseInt(said.replaceAll("(?s).*open at most ([0-9]+).*", "$1"));
    }

    /** The output of a program that may have 150 files open. */
    private String run(Class<?> program, int seconds) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process host = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "ulimit -n 150; exec \"$0\" -XX:TieredStopAtLevel=1 -cp \"$1\" \"$2\" \"$3\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        System.getProperty("java.class.path"),
                        program.getName(),
                        directory.resolve("data").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = host.waitFor(seconds, TimeUnit.SECONDS);
        host.destroyForcibly();

        String said = Files.readString(output);
        assertThat(ended).as(said).isTrue();
        return said;
    }

    /** Ships the files of many workers, and looks at its own descriptors. */
    static final class Host {
        private Host() {}

        public static void main(String[] args) throws IOException {
            DataDirectory data = DataDirectory.open(Path.of(args[0]));
            write(data, 1, FILES);
            Counting sink = new Counting();
            int[] troubles = new int[1];
            LogFeed feed = new LogFeed(
                    data,
                    (account, workerId) ->
                            new KnownWorkers.Known(true, Optional.empty(), Optional.empty(), Optional.empty()),
                    new EntryReader(ZoneOffset.UTC, Redaction.none()),
                    workerId -> false,
                    OptionalInt.empty(),
                    Clocks.system(InstantSource.system()),
                    event -> troubles[0]++);
            int mostOpen = 0;
            try (SinkShipper shipper = new SinkShipper(sink, data, feed, 45)) {
                while (sink.kept.size() < 2 * FILES) {
                    shipper.tick();
                    mostOpen = Math.max(mostOpen, open());
                }
                write(data, FILES + 1, FILES + LATER);
                // A class that is loaded from a directory needs a descriptor.
                feed.trouble(Text.reason(new FileNotFoundException("none")) + Descriptors.hasRoom(1));
                troubles[0] = 0;
                List<FileInputStream> exhausted = exhaust();
                for (int i = 1; i <= LATER; i++) {
                    shipper.noticed(file(data, FILES + i));
                    shipper.tick();
                }
                for (FileInputStream one : exhausted) {
                    one.close();
                }
                while (sink.kept.size() < 2 * (FILES + LATER)) {
                    shipper.tick();
                }
            }
            System.out.println("delivered " + sink.kept.size() + ", twice " + sink.twice + ", troubles " + troubles[0]);
            System.out.println("open at most " + mostOpen);
        }

        private static void write(DataDirectory data, int first, int last) throws IOException {
            for (int i = first; i <= last; i++) {
                Files.writeString(file(data, i).path(), "one of " + i + "\ntwo of " + i + "\n");
            }
        }

        /** Opens files until there is no descriptor left. */
        private static List<FileInputStream> exhaust() {
            List<FileInputStream> all = new ArrayList<>();
            try {
                while (true) {
                    all.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException noneLeft) {
                return all;
            }
        }

        private static int open() throws IOException {
            try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
                return (int) all.filter(Host::isLog).count();
            }
        }

        private static boolean isLog(Path fd) {
            try {
                return Files.readSymbolicLink(fd).toString().endsWith(".log");
            } catch (IOException closed) {
                return false;
            }
        }

        private static WorkerLogFile file(DataDirectory data, int number) {
            AccountId account = AccountId.of(number);
            String worker = TailedDirectory.worker(number);
            return new WorkerLogFile(data.path().resolve(Layout.logName(account, worker)), account, worker);
        }
    }

    /** A host as an application has it. */
    static final class Fleet {
        static final int FILES = 20_000;
        private static final AccountId BUSY = AccountId.of(FILES + 1);

        private Fleet() {}

        public static void main(String[] args) throws IOException, InterruptedException {
            DataDirectory data = DataDirectory.open(Path.of(args[0]));
            Host.write(data, 1, FILES);
            Counting sink = new Counting();
            int mostOpen = 0;
            long begin = System.nanoTime();
            try (WorkerSupervisor host = WorkerSupervisor.builder(data, new InMemoryWorkerRegistry())
                    .logSink(sink)
                    .build()) {
                host.start(WorkerSpec.builder(BUSY, "/bin/sh", "-c", "while :; do date +now%s%3N; sleep 0.1; done")
                        .build());
                try {
                    while (sink.kept.size() < 2 * FILES) {
                        mostOpen = Math.max(mostOpen, Host.open());
                        TimeUnit.MILLISECONDS.sleep(20);
                    }
                } finally {
                    host.stop(BUSY);
                }
                System.out.println("in ms " + (System.nanoTime() - begin) / 1_000_000);
                System.out.println("delivered " + sink.kept.size() + " of the backlog, twice " + sink.twice);
                sink.printLateness();
            }
            System.out.println("open at most " + mostOpen);
        }
    }

    private static final class Counting implements LogSink {
        final Set<String> kept = ConcurrentHashMap.newKeySet();
        private final Set<Long> late = new ConcurrentSkipListSet<>();
        private final AtomicInteger now = new AtomicInteger();
        final AtomicInteger twice = new AtomicInteger();

        void printLateness() {
            List<Long> all = List.copyOf(late);
            System.out.println(now + " lines of now, late at most ms " + all.get(all.size() - 1));
        }

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public List<Rejected> append(List<LogEntry> entries) {
            for (LogEntry entry : entries) {
                if (entry.message().startsWith("now")) {
                    late.add(System.currentTimeMillis()
                            - Long.parseLong(entry.message().substring(3)));
                    now.incrementAndGet();
                } else if (!kept.add(entry.requirePosition().workerId()
                        + entry.requirePosition().offset())) {
                    twice.incrementAndGet();
                }
            }
            return List.of();
        }

        @Override
        public List<LogEntry> find(LogQuery query) {
            return List.of();
        }

        @Override
        public void close() {
            // It holds nothing open.
        }
    }
}
