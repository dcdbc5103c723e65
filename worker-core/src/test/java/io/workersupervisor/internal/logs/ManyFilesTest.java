package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import io.workersupervisor.Redaction;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.spi.LogSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P5 and P7 with more unread files than a process may have open. */
class ManyFilesTest {
    private static final int FILES = 3_000;

    @TempDir
    private Path directory;

    /** In a process of its own, as the limit is that of a process. */
    @Test
    void p5_more_unread_files_than_descriptors_are_all_delivered() throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process host = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "ulimit -n 150; exec \"$0\" -XX:TieredStopAtLevel=1 -cp \"$1\" \"$2\" \"$3\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        System.getProperty("java.class.path"),
                        Host.class.getName(),
                        directory.resolve("data").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = host.waitFor(120, TimeUnit.SECONDS);
        host.destroyForcibly();

        String said = Files.readString(output);
        assertThat(ended).as(said).isTrue();
        assertThat(said).contains("delivered " + 2 * FILES + ", twice 0, troubles 0");
        assertThat(Integer.parseInt(said.replaceAll("(?s).*open at most ([0-9]+).*", "$1")))
                .isLessThan(100);
    }

    /** Ships the files of many workers, and looks at its own descriptors. */
    static final class Host {
        private Host() {}

        public static void main(String[] args) throws IOException {
            DataDirectory data = DataDirectory.open(Path.of(args[0]));
            for (int i = 1; i <= FILES; i++) {
                Files.writeString(file(data, i).path(), "one of " + i + "\ntwo of " + i + "\n");
            }
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
            }
            System.out.println("delivered " + sink.kept.size() + ", twice " + sink.twice + ", troubles " + troubles[0]);
            System.out.println("open at most " + mostOpen);
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

    private static final class Counting implements LogSink {
        final Set<String> kept = new HashSet<>();
        int twice;

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public List<Rejected> append(List<LogEntry> entries) {
            for (LogEntry entry : entries) {
                if (!kept.add(entry.requirePosition().workerId()
                        + entry.requirePosition().offset())) {
                    twice++;
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
