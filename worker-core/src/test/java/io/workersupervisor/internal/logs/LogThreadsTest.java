package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.LogAnswer;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogFollower;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.LogRetention;
import io.workersupervisor.LogShipping;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.Redaction;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopResult;
import io.workersupervisor.TestNode;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.internal.directory.HolePuncher;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.ProcessLock;
import io.workersupervisor.internal.events.Events;
import io.workersupervisor.internal.events.OperatorLog;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.InMemoryLogSink;
import io.workersupervisor.spi.LogSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lines of real workers reach a sink through a host (P5), and no sink holds up a worker or a start (P7). */
class LogThreadsTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);

    @TempDir
    private Path directory;

    private TestNode node;

    @BeforeEach
    void begin() {
        node = new TestNode(directory.resolve("data"));
    }

    @AfterEach
    void end() {
        node.close();
    }

    @Test
    void p5_all_lines_of_a_worker_are_found_also_the_last_one_without_a_newline() {
        InMemoryLogSink sink = new InMemoryLogSink();
        WorkerSupervisor host = node.host(settings -> settings.logSink(sink));

        host.start(TestNode.sh(ACCOUNT, "for i in 1 2 3; do echo line $i; done; printf 'last words'")
                .userId("user-a")
                .startGrace(TestNode.ENDS_WITHIN)
                .build());

        await().untilAsserted(
                        () -> assertThat(messages(sink)).containsExactly("line 1", "line 2", "line 3", "last words"));
        assertThat(host.logs(LogQuery.last(1)).source()).isEqualTo("memory");
        assertThat(sink.find(LogQuery.last(1)).get(0).userId()).contains("user-a");
    }

    @Test
    void the_lines_of_a_worker_that_ships_them_itself_stay_in_its_file_also_after_the_next_start() {
        InMemoryLogSink sink = new InMemoryLogSink();
        WorkerSupervisor host = node.host(settings -> settings.logSink(sink));
        host.start(TestNode.sh(ACCOUNT, "echo mine; sleep 600")
                .logShipping(LogShipping.FILE_ONLY)
                .build());
        node.awaitLog(ACCOUNT, "mine");
        host.close();
        WorkerSupervisor next = node.host(settings -> settings.logSink(sink));

        next.restart(TestNode.sh(ACCOUNT, "echo yours; sleep 600").build());

        await().untilAsserted(() -> assertThat(messages(sink)).containsExactly("yours"));
    }

    @ParameterizedTest
    @EnumSource(
            value = LaunchPath.class,
            names = {"SH", "KEEPER"})
    void p5_what_every_sink_has_is_archived_while_the_worker_writes_on(LaunchPath path) throws IOException {
        InMemoryLogSink sink = new InMemoryLogSink();
        WorkerSupervisor host = node.host(settings ->
                settings.launcher(path).logSink(sink).logRetention(LogRetention.DEFAULT.archiveAt(1 << 20)));
        String lines = "seq -f 'line %.0f of a worker that has more to say than that' 1 40000";

        host.start(TestNode.sh(ACCOUNT, lines + "; " + node.untilGo() + "; echo last; sleep 600")
                .build());

        await().until(() -> !LogArchive.parts(node.data).isEmpty() && isFreed());
        node.letGo();
        await().until(() -> sink.size() == 40_001);
    }

    @Test
    void p5_a_part_that_is_being_archived_is_finished_before_the_host_closes() throws Exception {
        WorkerSupervisor host = node.host();
        host.start(
                TestNode.sh(ACCOUNT, "seq -f 'line %.0f of a worker that has more to say than that' 1 40000; sleep 600")
                        .build());
        node.awaitLog(ACCOUNT, "line 40000 ");
        host.close();
        BlockingQueue<LogThreads> pipelines = new LinkedBlockingQueue<>();
        Thread closer = new Thread(() -> {
            try {
                pipelines.take().close();
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
        });
        AtomicInteger calls = new AtomicInteger();
        HolePuncher puncher = (file, offset, length) -> {
            // The first one is a trial.
            if (calls.incrementAndGet() == 2) {
                closer.start();
                // Until it has told all threads to end, and waits for them; without a wait that an interrupt would end.
                long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
                while (closer.getState() != Thread.State.TIMED_WAITING && System.nanoTime() < deadline) {
                    Thread.onSpinWait();
                }
            }
            return Thread.currentThread().isInterrupted() ? Optional.of("broken off") : Optional.empty();
        };
        OperatorLog summary = new OperatorLog(Layout.eventLog(node.data));
        LogThreads pipeline = new LogThreads(
                node.data,
                new LogSettings(
                        List.of(),
                        LogLevel.WARNING,
                        Redaction.standard(),
                        OptionalInt.empty(),
                        LogRetention.DEFAULT.archiveAt(1 << 20)),
                node.registry,
                node.registry,
                summary,
                new Events(Clocks.system(InstantSource.system()), summary, ended -> {}),
                puncher,
                file -> {},
                Clocks.system(InstantSource.system()));
        pipelines.add(pipeline);

        pipeline.begin();
        await().until(() -> closer.getState() == Thread.State.TERMINATED);

        String workerId = node.row(ACCOUNT).workerId();
        assertThat(LogArchive.parts(node.data)).hasSize(1);
        assertThat(CheckpointJournal.readOnly(Layout.archive(node.data)))
                .hasEntrySatisfying(
                        workerId, archived -> assertThat(archived.offset()).isEqualTo(1 << 20));
        assertThat(node.eventLog()).doesNotContain("not freed");
    }

    private boolean isFreed() throws IOException {
        Path log = node.data.path().resolve(Detail.of(node.row(ACCOUNT)).log().orElseThrow());
        try (LogSource source = LogSource.open(log).orElseThrow()) {
            return source.firstData(0).orElse(0) >= 1 << 20;
        }
    }

    @Test
    void lines_come_while_the_worker_runs() throws IOException {
        InMemoryLogSink sink = new InMemoryLogSink();
        WorkerSupervisor host = node.host(settings -> settings.logSink(sink));
        host.start(TestNode.sh(ACCOUNT, "echo one; " + node.untilGo() + "; echo two; sleep 600")
                .build());
        await().untilAsserted(() -> assertThat(messages(sink)).containsExactly("one"));

        node.letGo();

        await().untilAsserted(() -> assertThat(messages(sink)).containsExactly("one", "two"));
    }

    @Test
    void p5_what_was_written_while_no_host_ran_is_delivered_by_the_next_one() throws IOException {
        WorkerSupervisor first = node.host();
        first.start(TestNode.sh(ACCOUNT, "echo one; " + node.untilGo() + "; echo two")
                .build());
        node.awaitLog(ACCOUNT, "one");
        first.close();
        node.letGo();
        node.awaitLog(ACCOUNT, "two");
        InMemoryLogSink sink = new InMemoryLogSink();

        node.host(settings -> settings.logSink(sink));

        await().untilAsserted(() -> assertThat(messages(sink)).containsExactly("one", "two"));
    }

    @Test
    void what_somebody_should_look_at_stands_in_one_file_with_account_and_worker() {
        WorkerSupervisor host = node.host();

        host.start(TestNode.sh(ACCOUNT, "echo fine; echo 'ERROR: it burns'; sleep 600")
                .build());

        await().untilAsserted(() -> assertThat(node.eventLog())
                .containsPattern("ERROR 4711 " + node.row(ACCOUNT).workerId() + "@5 .*it burns")
                .doesNotContain("fine"));
    }

    @Test
    void the_threshold_of_that_file_can_be_set() {
        WorkerSupervisor host = node.host(settings -> settings.summaryLevel(LogLevel.INFO));

        host.start(TestNode.sh(ACCOUNT, "echo fine; sleep 600").build());

        await().untilAsserted(() -> assertThat(node.eventLog()).contains("@0 fine"));
    }

    @Test
    void p7_a_sink_that_never_answers_holds_up_neither_starts_nor_other_sinks() {
        CountDownLatch never = new CountDownLatch(1);
        FailingSink stuck = new FailingSink();
        stuck.before = batch -> {
            awaitFor(never);
            return batch;
        };
        InMemoryLogSink sink = new InMemoryLogSink();
        WorkerSupervisor host =
                node.host(settings -> settings.logSink(stuck).logSink(sink).closeTimeout(Duration.ofMillis(500)));

        StartResult result =
                host.start(TestNode.sh(ACCOUNT, "echo one; sleep 600").build());

        assertThat(result).isInstanceOf(StartResult.Started.class);
        await().untilAsserted(() -> assertThat(messages(sink)).containsExactly("one"));
        assertThat(host.stop(ACCOUNT)).isInstanceOf(StopResult.Stopped.class);
        never.countDown();
    }

    @Test
    void a_sink_that_is_down_is_told_and_queries_are_answered_from_the_files() {
        FailingSink sink = new FailingSink();
        sink.before = batch -> {
            throw new LogSinkException("the store is away");
        };
        WorkerSupervisor host = node.host(settings -> settings.logSink(sink));

        host.start(TestNode.sh(ACCOUNT, "echo one; sleep 600").build());

        node.awaitEvent("log sink failing is down");
        LogAnswer answer = host.logs(LogQuery.last(5).account(ACCOUNT));
        assertThat(answer.entries()).extracting(LogEntry::message).containsExactly("one");
        assertThat(answer.source()).isEqualTo("files");
        assertThat(answer.trouble()).hasValueSatisfying(why -> assertThat(why).contains("failing"));
    }

    @Test
    void p5_many_workers_and_many_lines_arrive_once_and_in_order() {
        InMemoryLogSink sink = new InMemoryLogSink();
        WorkerSupervisor host = node.host(settings -> settings.logSink(sink));
        List<WorkerSpec> specs = IntStream.range(0, 8)
                .mapToObj(i -> TestNode.sh(
                                AccountId.of(i), "i=0; while [ $i -lt 2000 ]; do echo $i; i=$((i+1)); done; sleep 600")
                        .build())
                .toList();

        host.startAll(specs);

        await().until(() -> sink.size() == 8 * 2000);
        for (int i = 0; i < 8; i++) {
            assertThat(sink.find(LogQuery.last(LogQuery.MOST).account(AccountId.of(i))))
                    .extracting(LogEntry::message)
                    .containsExactlyElementsOf(
                            IntStream.range(0, 2000).mapToObj(Integer::toString).toList());
        }
    }

    @Test
    void p5_a_second_host_takes_the_sink_over_when_the_first_is_gone() throws IOException {
        InMemoryLogSink sink = new InMemoryLogSink();
        WorkerSupervisor first = node.host(settings -> settings.logSink(sink));
        node.host(settings -> settings.logSink(sink));
        first.start(TestNode.sh(ACCOUNT, "echo one; " + node.untilGo() + "; echo two; sleep 600")
                .build());
        await().untilAsserted(() -> assertThat(messages(sink)).containsExactly("one"));
        first.close();

        node.letGo();

        await().untilAsserted(() -> assertThat(messages(sink)).containsExactly("one", "two"));
    }

    @Test
    void the_log_of_an_account_is_followed_from_one_worker_to_the_next() throws IOException {
        WorkerSupervisor host = node.host();
        host.start(TestNode.sh(ACCOUNT, "echo one; sleep 600").build());
        node.awaitLog(ACCOUNT, "one");
        List<String> seen = new java.util.ArrayList<>();
        try (LogFollower follower = WorkerInspector.of(node.data, node.registry).follow(ACCOUNT)) {
            await().until(() -> take(follower, seen).contains("one"));

            host.restart(TestNode.sh(ACCOUNT, "echo two; sleep 600").build());

            await().until(() -> take(follower, seen).contains("two"));
            assertThat(seen).containsExactly("one", "two");
        }
    }

    private static List<String> take(LogFollower follower, List<String> seen) {
        follower.poll().forEach(entry -> seen.add(entry.message()));
        return seen;
    }

    @Test
    void p5_a_sink_that_another_host_serves_counts_before_anything_is_archived() throws IOException {
        Path checkpoints = Layout.checkpoints(node.data).resolve("memory");
        ProcessLock other = ProcessLock.tryLock(checkpoints, "lock").orElseThrow();
        try {
            node.host(settings -> settings.logSink(new InMemoryLogSink()));

            assertThat(checkpoints.resolve("journal")).exists();
        } finally {
            other.close();
        }
    }

    @Test
    void an_idle_host_holds_no_log_file_open() throws IOException {
        InMemoryLogSink sink = new InMemoryLogSink();
        WorkerSupervisor host = node.host(settings -> settings.logSink(sink));
        host.start(TestNode.sh(ACCOUNT, "echo one; sleep 600").build());
        await().until(() -> sink.size() == 1);

        await().until(() -> openLogs() == 0);
    }

    private long openLogs() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(fd -> {
                        try {
                            Path target = Files.readSymbolicLink(fd);
                            return target.startsWith(node.data.path())
                                    && WorkerLogFile.of(target).isPresent();
                        } catch (IOException closed) {
                            return false;
                        }
                    })
                    .count();
        }
    }

    private static List<String> messages(LogSink sink) {
        return sink.find(LogQuery.last(100).account(ACCOUNT)).stream()
                .map(LogEntry::message)
                .toList();
    }

    private static void awaitFor(CountDownLatch latch) {
        try {
            if (!latch.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("nobody let it go");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new LogSinkException("interrupted", stop);
        }
    }
}
