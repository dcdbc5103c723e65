package io.workersupervisor;

import static io.workersupervisor.TestNode.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.workersupervisor.internal.registry.RowStatus;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A started worker is ready where its spec names a sign; real processes, both launch paths where they differ. */
@Tag("long")
@Timeout(120)
class ReadinessTest extends OnTestNodes {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final Readiness LINE = Readiness.logLine("^listening on \\d+");

    private static WorkerStatus status(WorkerSupervisor host) {
        return host.status(ACCOUNT).orElseThrow();
    }

    private static void awaitState(WorkerSupervisor host, WorkerState state) {
        await().until(() -> host.status(ACCOUNT)
                .filter(found -> found.state() == state && (!state.isOpen() || found.isAlive()))
                .isPresent());
    }

    private static long started(TestNode node) {
        return List.copyOf(node.events).stream()
                .filter(event -> event instanceof WorkerEvent.Started)
                .count();
    }

    @ParameterizedTest
    @EnumSource(names = {"SH", "KEEPER"})
    void a_start_returns_when_the_line_is_there_and_shows_the_worker_as_starting_before(LaunchPath path)
            throws Exception {
        TestNode node = node(path);
        WorkerSupervisor host = node.host();
        WorkerSpec spec = sh(ACCOUNT, "echo begun; " + node.untilGo() + "; echo listening on 80; exec sleep 600")
                .readyWhen(LINE)
                .build();

        CompletableFuture<StartResult> start = CompletableFuture.supplyAsync(() -> host.start(spec));
        awaitState(host, WorkerState.STARTING);
        node.awaitLog(ACCOUNT, "begun");

        assertThat(start).isNotDone();
        assertThat(started(node)).isZero();
        assertThat(host.start(spec)).isInstanceOf(StartResult.AlreadyRunning.class);
        node.letGo();
        assertThat(start.join()).isInstanceOf(StartResult.Started.class);
        assertThat(status(host).state()).isEqualTo(WorkerState.RUNNING);
        node.awaitEvent("started worker");
        assertThat(started(node)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"SH", "KEEPER"})
    void a_worker_is_ready_by_the_file_that_its_environment_names(LaunchPath path) {
        WorkerSupervisor host = node(path).host();

        StartResult result = host.start(sh(ACCOUNT, "sleep 0.3; : >\"$WORKER_READY_FILE\"; exec sleep 600")
                .readyWhen(Readiness.file())
                .build());

        assertThat(result).isInstanceOf(StartResult.Started.class);
    }

    /** The line is written before anybody looks. */
    @Test
    void a_line_of_the_first_moment_counts() {
        WorkerSupervisor host = node().host();

        StartResult result = host.start(sh(ACCOUNT, "printf '\\033[32mlistening on 80\\033[0m\\n'; exec sleep 600")
                .startGrace(Duration.ofSeconds(1))
                .readyWhen(LINE)
                .build());

        assertThat(result).isInstanceOf(StartResult.Started.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"SH", "KEEPER"})
    void a_worker_that_is_not_ready_in_time_is_ended_and_its_start_has_failed(LaunchPath path) {
        TestNode node = node(path);
        WorkerSupervisor host = node.host();

        StartResult result = host.start(sh(ACCOUNT, "printf 'listening on 80'; exec sleep 600")
                .readyWhen(LINE.within(Duration.ofSeconds(1)))
                .build());

        assertThat(result).isInstanceOf(StartResult.Failed.class);
        StartResult.Failed failed = (StartResult.Failed) result;
        assertThat(failed.step()).isEqualTo("readiness");
        assertThat(failed.error()).isEqualTo("the worker was not ready within 1 s");
        StopReport report = failed.report().orElseThrow();
        assertThat(report.reason()).isEqualTo(StopReason.START_FAILED);
        assertThat(report.confidence()).isEqualTo(Confidence.CERTAIN);
        assertThat(report.initiator()).isEqualTo(Initiator.LIBRARY);
        assertThat(report.evidence())
                .anyMatch(line -> line.contains("not ready within 1 s, a line of its log with"))
                .anyMatch(line -> line.startsWith("TERM sent"));
        assertThat(status(host).state()).isEqualTo(WorkerState.FAILED);
        assertThat(status(host).desired()).isEqualTo(Desired.RUNNING);
        assertThat(status(host).lastStop().orElseThrow().reason()).isEqualTo(StopReason.START_FAILED);
        await().until(() -> TestNode.naming(node.data.path()).stream()
                .noneMatch(process -> process.info().command().orElse("").endsWith("sleep")));
    }

    @Test
    void a_worker_that_ends_before_it_is_ready_failed_with_its_own_reason() {
        WorkerSupervisor host = node().host();

        StartResult result =
                host.start(sh(ACCOUNT, "sleep 1; exit 7").readyWhen(LINE).build());

        assertThat(result).isInstanceOf(StartResult.Failed.class);
        assertThat(((StartResult.Failed) result).error()).contains("ended before it was ready", "code 7");
        assertThat(((StartResult.Failed) result).report().orElseThrow().reason())
                .isEqualTo(StopReason.UNKNOWN);
    }

    @ParameterizedTest
    @EnumSource(names = {"SH", "KEEPER"})
    void a_worker_that_lost_its_launcher_is_still_waited_for(LaunchPath path) throws IOException {
        TestNode node = node(path);
        WorkerSupervisor host = node.host();
        WorkerSpec spec = sh(ACCOUNT, node.untilGo() + "; echo listening on 80; exec sleep 600")
                .readyWhen(LINE)
                .build();
        CompletableFuture<StartResult> start = CompletableFuture.supplyAsync(() -> host.start(spec));
        awaitState(host, WorkerState.STARTING);
        String workerId = status(host).workerId();

        long launcher = node.local()
                .proc()
                .stat(status(host).pid().orElseThrow())
                .orElseThrow()
                .parent();
        assertThat(launcher).isGreaterThan(1);
        TestNode.kill(launcher);
        await().until(() -> !node.isAlive(launcher));
        await().during(Duration.ofMillis(500)).until(() -> !start.isDone());
        node.letGo();

        assertThat(start.join()).isInstanceOf(StartResult.Started.class);
        assertThat(status(host).workerId()).isEqualTo(workerId);
        assertThat(status(host).state()).isEqualTo(WorkerState.RUNNING);
    }

    @Test
    void a_stop_while_the_worker_is_unready_wins() {
        WorkerSupervisor host = node().host();
        WorkerSpec spec = sh(ACCOUNT, "exec sleep 600").readyWhen(LINE).build();
        CompletableFuture<StartResult> start = CompletableFuture.supplyAsync(() -> host.start(spec));
        awaitState(host, WorkerState.STARTING);

        assertThat(host.stop(ACCOUNT)).isInstanceOf(StopResult.Stopped.class);

        assertThat(start.join()).isInstanceOf(StartResult.Refused.class);
        assertThat(host.why(ACCOUNT).get(0).reason()).isEqualTo(StopReason.STOPPED_ON_REQUEST);
    }

    @Test
    void a_line_or_a_file_of_the_worker_before_is_no_sign() throws IOException {
        TestNode node = node();
        WorkerSupervisor host = node.host();
        Path file = temporary.resolve("ready");
        for (Readiness sign : List.of(LINE, Readiness.file(file))) {
            host.start(sh(ACCOUNT, "echo listening on 80; : >" + file + "; exec sleep 600")
                            .readyWhen(sign)
                            .build())
                    .orElseThrow();
            host.stop(ACCOUNT);

            StartResult result = host.start(sh(ACCOUNT, "exec sleep 600")
                    .readyWhen(sign.within(Duration.ofSeconds(1)))
                    .build());

            assertThat(Files.exists(file)).isTrue();
            assertThat(result).isInstanceOf(StartResult.Failed.class);
        }
        StartResult touched = host.start(sh(ACCOUNT, "sleep 0.2; touch " + file + "; exec sleep 600")
                .readyWhen(Readiness.file(file))
                .build());
        assertThat(touched).isInstanceOf(StartResult.Started.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"SH", "KEEPER"})
    void the_next_host_goes_on_to_wait(LaunchPath path) throws IOException {
        TestNode node = node(path);
        WorkerSpec spec = sh(ACCOUNT, node.untilGo() + "; echo listening on 80; exec sleep 600")
                .readyWhen(LINE)
                .build();
        WorkerSupervisor first = node.host();
        CompletableFuture<StartResult> start = CompletableFuture.supplyAsync(() -> first.start(spec));
        awaitState(first, WorkerState.STARTING);
        first.close();

        assertThat(start.join()).isInstanceOf(StartResult.Refused.class);
        node.events.clear();
        WorkerSupervisor second = node.host();
        assertThat(status(second).state()).isEqualTo(WorkerState.STARTING);
        node.letGo();

        awaitState(second, WorkerState.RUNNING);
        node.awaitEvent("started worker");
    }

    @Test
    void the_next_host_ends_a_worker_that_is_not_ready_in_time() {
        TestNode node = node();
        WorkerSpec spec = sh(ACCOUNT, "exec sleep 600")
                .readyWhen(LINE.within(Duration.ofSeconds(2)))
                .build();
        WorkerSupervisor first = node.host();
        CompletableFuture<StartResult> start = CompletableFuture.supplyAsync(() -> first.start(spec));
        awaitState(first, WorkerState.STARTING);
        first.close();
        start.join();

        WorkerSupervisor second = node.host();

        await().until(() -> !second.why(ACCOUNT).isEmpty());
        assertThat(second.why(ACCOUNT).get(0).reason()).isEqualTo(StopReason.START_FAILED);
        assertThat(second.why(ACCOUNT).get(0).evidence()).anyMatch(line -> line.contains("not ready within 2 s"));
    }

    /** A host that dies between two effects leaves what the next one goes on with. */
    @ParameterizedTest
    @ValueSource(strings = {"launched", "running", "run", "ready", "readied", "fault", "faulty", "term", "termed"})
    void a_host_that_dies_at_any_step_leaves_what_the_next_one_goes_on_with(String step) {
        TestNode node = node();
        boolean becomesReady = !step.startsWith("fault") && !step.startsWith("term");
        WorkerSpec spec = sh(ACCOUNT, becomesReady ? "echo listening on 80; exec sleep 600" : "exec sleep 600")
                .readyWhen(LINE.within(Duration.ofSeconds(becomesReady ? 60 : 1)))
                .build();
        WorkerSupervisor dying = node.hostThatDiesAt(step);
        CompletableFuture<StartResult> start = CompletableFuture.supplyAsync(() -> dying.start(spec));
        await().until(() -> start.isDone()
                || ((!becomesReady || step.startsWith("read"))
                        && dying.status(ACCOUNT)
                                .filter(found -> found.state().isOpen())
                                .isPresent()));
        if (!start.isDone()) {
            Awaitility.await()
                    .pollDelay(Duration.ofMillis(becomesReady ? 500 : 1_500))
                    .until(() -> true);
        }
        dying.close();

        WorkerSupervisor next = node.host();

        if (becomesReady) {
            awaitState(next, WorkerState.RUNNING);
        } else {
            await().until(() -> !next.why(ACCOUNT).isEmpty());
            assertThat(next.why(ACCOUNT).get(0).reason()).isEqualTo(StopReason.START_FAILED);
        }
    }

    @Test
    void a_registry_that_is_away_when_the_sign_comes_is_asked_again_a_little_later() {
        AtomicInteger refused = new AtomicInteger();
        TestNode node = new TestNode(temporary.resolve("data"), new ForwardingRegistry(new InMemoryWorkerRegistry()) {
            @Override
            public boolean update(Optional<WorkerRow> seen, WorkerRow next) {
                if (isReadying(seen, next) && refused.getAndIncrement() == 0) {
                    throw new RegistryException("away");
                }
                return super.update(seen, next);
            }
        });
        nodes.add(node);

        StartResult result = node.host()
                .start(sh(ACCOUNT, "echo listening on 80; exec sleep 600")
                        .readyWhen(LINE)
                        .build());

        assertThat(result).isInstanceOf(StartResult.Started.class);
        assertThat(refused).hasValue(2);
    }

    private static boolean isReadying(Optional<WorkerRow> seen, WorkerRow next) {
        return seen.filter(RowStatus::isUnready).isPresent() && !RowStatus.isUnready(next);
    }

    @Test
    void a_registry_that_does_not_answer_for_one_worker_holds_up_no_other() {
        CompletableFuture<Boolean> answers = new CompletableFuture<>();
        AtomicBoolean isAsked = new AtomicBoolean();
        TestNode node = new TestNode(temporary.resolve("data"), new ForwardingRegistry(new InMemoryWorkerRegistry()) {
            @Override
            public boolean update(Optional<WorkerRow> seen, WorkerRow next) {
                if (isReadying(seen, next) && next.account().equals(ACCOUNT)) {
                    isAsked.set(true);
                    answers.join();
                }
                return super.update(seen, next);
            }
        });
        nodes.add(node);
        WorkerSupervisor host = node.host();
        String script = "echo listening on 80; exec sleep 600";
        CompletableFuture<StartResult> first = CompletableFuture.supplyAsync(
                () -> host.start(sh(ACCOUNT, script).readyWhen(LINE).build()));
        await().untilTrue(isAsked);

        StartResult other =
                host.start(sh(AccountId.of(4712), script).readyWhen(LINE).build());

        assertThat(other).isInstanceOf(StartResult.Started.class);
        assertThat(first).isNotDone();
        answers.complete(true);
        assertThat(first.join()).isInstanceOf(StartResult.Started.class);
    }

    /** Each call may take the timeout of the registry. */
    @Test
    void of_many_that_are_ready_few_ask_a_registry_that_is_away() throws IOException {
        AtomicInteger refused = new AtomicInteger();
        AtomicBoolean isAway = new AtomicBoolean(true);
        TestNode node = new TestNode(temporary.resolve("data"), new ForwardingRegistry(new InMemoryWorkerRegistry()) {
            @Override
            public boolean update(Optional<WorkerRow> seen, WorkerRow next) {
                if (isReadying(seen, next) && isAway.get()) {
                    refused.incrementAndGet();
                    throw new RegistryException("away");
                }
                return super.update(seen, next);
            }
        });
        nodes.add(node);
        Path sign = temporary.resolve("ready");
        keepUnready(node, 60, sign);

        Files.createFile(sign);
        await().until(() -> refused.get() > 0);
        await().during(Duration.ofSeconds(1)).until(() -> refused.get() <= 20);
        isAway.set(false);

        await().until(() -> started(node) == 60);
    }

    private static void keepUnready(TestNode node, int workers, Path sign) {
        List<WorkerSpec> specs = LongStream.rangeClosed(1, workers)
                .mapToObj(account -> WorkerSpec.builder(AccountId.of(account), "sleep", "600")
                        .readyWhen(Readiness.file(sign).within(Duration.ofHours(1)))
                        .build())
                .toList();
        node.host(settings -> settings.keepRunning(WorkerSpecs.of(specs)));
        await().until(() -> unready(node) == workers);
    }

    @Test
    void the_policy_starts_it_again() {
        TestNode node = node();
        WorkerSpec spec = sh(ACCOUNT, "exec sleep 600")
                .readyWhen(LINE.within(Duration.ofSeconds(1)))
                .restart(RestartPolicy.standard().on(StopReason.START_FAILED, Restart.after(Duration.ZERO)))
                .build();
        WorkerSupervisor host = node.host(settings -> settings.keepRunning(WorkerSpecs.of(List.of(spec))));

        await().until(() -> host.why(ACCOUNT).size() > 1);

        assertThat(host.why(ACCOUNT)).allMatch(report -> report.reason() == StopReason.START_FAILED);
    }

    @Test
    void three_hundred_wait_on_few_threads() throws IOException {
        TestNode node = node(LaunchPath.KEEPER);
        Path sign = temporary.resolve("ready");
        keepUnready(node, 300, sign);
        await().untilAsserted(() -> assertThat(busyThreads()).isLessThanOrEqualTo(24));
        assertThat(started(node)).isZero();

        Files.createFile(sign);

        await().until(() -> started(node) == 300);
        assertThat(unready(node)).isZero();
    }

    private static long unready(TestNode node) {
        return node.registry.list(RowSelection.ALL).rows().stream()
                .filter(RowStatus::isUnready)
                .count();
    }

    private static long busyThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("worker-(start|write|pool|ladder)-.*"))
                .count();
    }

    @Test
    void bad_values_are_told_by_name() {
        assertThatThrownBy(() -> Readiness.logLine("("))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pattern must be a regular expression");
        assertThatThrownBy(() -> LINE.within(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit must be between 100 ms");
        assertThat(LINE.within(Duration.ofSeconds(5)).line()).isEqualTo(Optional.of("^listening on \\d+"));
    }
}
