package io.workersupervisor;

import static io.workersupervisor.TestNode.sh;
import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.internal.machine.Clocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers are replaced by those of another version, some at a time (P1, P4); real processes, a clock that jumps. */
class RollTest extends KeptAccounts {
    private static final Duration PAUSE = Duration.ofMinutes(10);
    private static final Rollout TO_TWO =
            Rollout.to("2").batch(2).pauseBetween(PAUSE).haltAfter(2);

    private static final String SLEEPS = "exec sleep 600";

    /** Dies behind its start grace. */
    private static final String CRASHES =
            "sleep 0.4; printf '{\"reason\":\"DATABASE_LOCKED\"}' >\"$WORKER_REASON_FILE\"; exit 1";

    /** Time of the system, and what the test has added. */
    private static final class Jumping implements Clocks {
        private final Clocks system = Clocks.system(InstantSource.system());
        private volatile Duration added = Duration.ZERO;
        private volatile Duration set = Duration.ZERO;

        void jump(Duration duration) {
            added = added.plus(duration);
        }

        /** Only the wall clock. */
        void set(Duration forward) {
            set = forward;
        }

        @Override
        public Instant now() {
            return system.now().plus(added).plus(set);
        }

        @Override
        public long nanos() {
            return system.nanos() + added.toNanos();
        }

        @Override
        public void pause(Duration duration) {
            system.pause(duration);
        }
    }

    private final Map<AccountId, WorkerSpec> specs = new ConcurrentHashMap<>();
    private final Jumping clock = new Jumping();
    private volatile Consumer<String> atPoint = point -> {};
    private final AtomicInteger ticks = new AtomicInteger();

    private WorkerSpecs served() {
        return new WorkerSpecs() {
            @Override
            public Optional<WorkerSpec> find(AccountId account) {
                return Optional.ofNullable(specs.get(account));
            }

            @Override
            public List<AccountId> accounts() {
                ticks.incrementAndGet();
                return specs.keySet().stream().sorted().toList();
            }
        };
    }

    private WorkerSupervisor host() {
        return host(RestartPolicy.standard());
    }

    private WorkerSupervisor host(RestartPolicy policy) {
        return node().host(settings -> TestNode.seams(
                settings.keepRunning(served(), policy),
                seams -> seams.withTiming(system -> clock).withCrashPoints(point -> atPoint.accept(point))));
    }

    private void give(String version, String script, long... accounts) {
        LongStream.of(accounts)
                .mapToObj(AccountId::of)
                .forEach(account ->
                        specs.put(account, sh(account, script).version(version).build()));
    }

    private WorkerSupervisor hostOf(long... accounts) {
        give("1", SLEEPS, accounts);
        WorkerSupervisor host = host();
        LongStream.of(accounts).forEach(account -> awaitRunning(host, AccountId.of(account)));
        return host;
    }

    private static RolloutStatus rollout(WorkerSupervisor host) {
        return host.rollout().orElseThrow();
    }

    private static void awaitState(WorkerSupervisor host, RolloutStatus.State state) {
        await().until(() -> rollout(host).state() == state);
    }

    /** The versions that run, each with the number of workers. */
    private static Map<String, Integer> versions(WorkerSupervisor host) {
        Map<String, Integer> versions = new TreeMap<>();
        host.list().stream()
                .filter(WorkerStatus::isAlive)
                .forEach(status -> versions.merge(status.version().orElse(""), 1, Integer::sum));
        return versions;
    }

    /** No pause is waited for. */
    private void awaitDone(WorkerSupervisor host) {
        await().until(() -> {
            if (rollout(host).nextBatch().isPresent()) {
                clock.jump(PAUSE);
            }
            return rollout(host).state() == RolloutStatus.State.DONE;
        });
    }

    /** Time for the steps of a few ticks. */
    private void awaitTicks(WorkerSupervisor host) {
        for (int tick = 0; tick < 3; tick++) {
            int before = ticks.get();
            host.reconcile();
            await().until(() -> ticks.get() > before);
        }
    }

    private static void awaitPause(WorkerSupervisor host) {
        await().until(() -> rollout(host).nextBatch().isPresent());
    }

    @Test
    void workers_are_replaced_a_batch_at_a_time_with_a_pause() {
        WorkerSupervisor host = hostOf(1, 2, 3);
        give("2", SLEEPS, 1, 2, 3);

        assertThat(host.roll(TO_TWO, StopOrder.by("alice"))).isTrue();
        assertThat(host.roll(Rollout.to("3"))).isFalse();
        awaitPause(host);
        assertThat(versions(host)).isEqualTo(Map.of("1", 1, "2", 2));
        host.reconcile();
        assertThat(versions(host)).isEqualTo(Map.of("1", 1, "2", 2));

        clock.jump(PAUSE);
        await().until(() -> versions(host).equals(Map.of("2", 3)));
        awaitPause(host);
        assertThat(rollout(host).state()).isEqualTo(RolloutStatus.State.RUNNING);
        clock.jump(PAUSE);
        awaitState(host, RolloutStatus.State.DONE);
        node().awaitEvent("rollout to version 2, begun by alice, is done");
        assertThat(host.list()).allSatisfy(status -> assertThat(status.epoch()).isEqualTo(2));
    }

    @Test
    void version_that_dies_as_others_did_not_halts_and_goes_on_when_it_is_told_to() {
        WorkerSupervisor host = hostOf(1, 2, 3, 4);
        give("2", CRASHES, 1, 2);
        give("2", SLEEPS, 3, 4);

        host.roll(TO_TWO, StopOrder.by("alice"));
        awaitState(host, RolloutStatus.State.HALTED);

        assertThat(rollout(host).died()).isEqualTo(Map.of(ONE, "DATABASE_LOCKED", TWO, "DATABASE_LOCKED"));
        node().awaitEvent("is halted");
        clock.jump(PAUSE.multipliedBy(2));
        host.reconcile();
        assertThat(host.status(AccountId.of(3)).orElseThrow().version()).contains("1");
        assertThat(host.resumeRollout(StopOrder.by("bob"))).isTrue();
        node().awaitEvent("begun by alice, is under way, resumed by bob");
        awaitDone(host);
        assertThat(host.status(AccountId.of(3)).orElseThrow().version()).contains("2");
        assertThat(rollout(host).excused()).containsExactlyInAnyOrder(ONE, TWO);
    }

    @Test
    void end_for_a_reason_that_the_account_has_had_before_does_not_count() {
        give("1", CRASHES, 1, 2);
        WorkerSupervisor host = host();
        await().until(() -> !host.why(ONE).isEmpty() && !host.why(TWO).isEmpty());
        give("1", SLEEPS, 1, 2);
        awaitRunning(host, ONE);
        awaitRunning(host, TWO);
        await().until(() -> versions(host).equals(Map.of("1", 2)));
        give("2", CRASHES, 1, 2);
        int before = host.why(ONE).size();

        host.roll(TO_TWO);

        await().until(() -> host.why(ONE).size() > before + 1);
        awaitDone(host);
        assertThat(rollout(host).died()).isEmpty();
    }

    @Test
    void accounts_that_are_stopped_wait_are_paused_or_have_no_such_spec_are_left() {
        give(
                "1",
                "printf '{\"reason\":\"FLOOD_WAIT\",\"retryAfterSeconds\":9000}' >\"$WORKER_REASON_FILE\"; sleep 0.4; exit 1",
                5);
        WorkerSupervisor host = hostOf(1, 2, 3, 4);
        AccountId paused = AccountId.of(3);
        AccountId unserved = AccountId.of(4);
        AccountId waiting = AccountId.of(5);
        await().until(() -> host.status(waiting).orElseThrow().state() == WorkerState.BACKING_OFF);
        host.stop(TWO);
        host.pause(paused, Optional.empty(), StopOrder.byPerson());
        Set<AccountId> chosen = ConcurrentHashMap.newKeySet();
        atPoint = point -> {
            if (point.equals("rolling")) {
                chosen.addAll(rollout(host).batch().keySet());
            }
        };
        give("2", SLEEPS, 1, 2, 3, 5);

        host.roll(TO_TWO);

        awaitPause(host);
        assertThat(chosen).containsExactly(ONE);
        assertThat(versions(host)).isEqualTo(Map.of("1", 2, "2", 1));
        clock.jump(PAUSE);
        host.reconcile();
        assertThat(rollout(host).state()).isEqualTo(RolloutStatus.State.RUNNING);
        clock.jump(PAUSE.plus(Duration.ofMinutes(2)));
        awaitState(host, RolloutStatus.State.DONE);
        assertThat(rollout(host).left().keySet()).containsExactly(paused, unserved);
        assertThat(rollout(host).left().get(unserved)).isEqualTo("its spec gives version 1");
        for (AccountId left : List.of(TWO, paused, unserved, waiting)) {
            assertThat(host.status(left).orElseThrow().epoch()).isEqualTo(1);
        }
        assertThat(host.status(TWO).orElseThrow().desired()).isEqualTo(Desired.STOPPED);
    }

    @Test
    void person_who_stops_an_account_in_the_middle_of_its_batch_wins() {
        WorkerSupervisor host = hostOf(1, 2);
        give("2", SLEEPS, 1, 2);
        AtomicBoolean stopped = new AtomicBoolean();
        atPoint = point -> {
            if (point.equals("roll end") && stopped.compareAndSet(false, true)) {
                host.stop(ONE);
            }
        };

        host.roll(TO_TWO);

        awaitDone(host);
        assertThat(host.status(ONE).orElseThrow().state()).isEqualTo(WorkerState.STOPPED);
        assertThat(versions(host)).isEqualTo(Map.of("2", 1));
        assertThat(rollout(host).died()).isEmpty();
    }

    @Test
    void halt_stops_the_ends_that_are_about_to_begin() {
        WorkerSupervisor host = hostOf(1, 2);
        give("2", SLEEPS, 1, 2);
        AtomicInteger ending = new AtomicInteger();
        atPoint = point -> {
            if (point.equals("roll end")) {
                host.haltRollout(StopOrder.byPerson());
                ending.incrementAndGet();
            }
        };

        host.roll(TO_TWO);

        await().until(() -> ending.get() == 2);
        host.close();
        assertThat(host().list()).allSatisfy(status -> {
            assertThat(status.epoch()).isEqualTo(1);
            assertThat(status.isAlive()).isTrue();
        });
    }

    @Test
    void account_that_comes_back_with_another_version_is_left_and_not_replaced_again() {
        WorkerSupervisor host = hostOf(1);
        give("2", SLEEPS, 1);
        atPoint = point -> {
            if (point.equals("roll end")) {
                give("1", SLEEPS, 1);
            } else if (point.equals("claim")) {
                give("2", SLEEPS, 1);
            }
        };

        host.roll(TO_TWO);

        awaitDone(host);
        assertThat(rollout(host).left()).isEqualTo(Map.of(ONE, "came back as version 1"));
        assertThat(rollout(host).died()).isEqualTo(rollout(host).left());
        assertThat(host.status(ONE).orElseThrow().epoch()).isEqualTo(2);
        node().awaitEvent("is done, left as they are: 1 (came back as version 1)");
    }

    @Test
    void account_is_back_once_its_worker_is_ready() throws IOException {
        WorkerSupervisor host = hostOf(1);
        Path ready = temporary.resolve("ready");
        specs.put(
                ONE,
                sh(ONE, SLEEPS)
                        .version("2")
                        .readyWhen(Readiness.file(ready).within(Duration.ofMinutes(30)))
                        .build());

        host.roll(TO_TWO);

        await().until(() -> host.status(ONE).orElseThrow().epoch() == 2);
        clock.jump(Duration.ofMinutes(5));
        awaitTicks(host);
        assertThat(rollout(host).batch()).containsOnlyKeys(ONE);
        Files.createFile(ready);
        awaitPause(host);
        assertThat(rollout(host).died()).isEmpty();
    }

    @Test
    void wall_clock_that_is_set_ends_no_pause() {
        WorkerSupervisor host = hostOf(1, 2, 3);
        give("2", SLEEPS, 1, 2, 3);
        host.roll(TO_TWO);
        awaitPause(host);

        clock.set(PAUSE.multipliedBy(2));
        awaitTicks(host);

        assertThat(versions(host)).isEqualTo(Map.of("1", 1, "2", 2));
        clock.jump(PAUSE);
        await().until(() -> versions(host).equals(Map.of("2", 3)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"roll", "rolling", "roll end", "roll ended", "asked", "claim", "launched"})
    void next_host_goes_on_where_one_died(String last) {
        WorkerSupervisor first = hostOf(1, 2, 3);
        give("2", SLEEPS, 1, 2, 3);
        AtomicBoolean dead = new AtomicBoolean();
        atPoint = point -> {
            if (dead.get() || point.equals(last)) {
                dead.set(true);
                throw new IllegalStateException(TestNode.DIED);
            }
        };
        first.roll(TO_TWO.batch(3));
        await().until(() -> dead.get() || rollout(first).nextBatch().isPresent());
        first.close();
        atPoint = point -> {};

        WorkerSupervisor next = host();

        await().until(() -> versions(next).equals(Map.of("2", 3)));
        awaitDone(next);
        assertThat(next.list()).allSatisfy(status -> assertThat(status.epoch()).isLessThanOrEqualTo(3));
        assertThat(node().workers()).hasSize(3);
    }

    @Test
    void account_that_does_not_come_back_counts() {
        give("1", SLEEPS, 1);
        WorkerSupervisor host = host(RestartPolicy.standard().on(StopReason.STOPPED_ON_REQUEST, Restart.never()));
        awaitRunning(host, ONE);
        give("2", SLEEPS, 1);

        host.roll(TO_TWO.haltAfter(1));

        await().until(() -> {
            clock.jump(Duration.ofMinutes(1));
            return rollout(host).state() == RolloutStatus.State.HALTED;
        });
        assertThat(rollout(host).died().get(ONE)).contains("not back");
    }

    @Test
    void all_that_run_are_restarted_some_at_a_time() {
        WorkerSupervisor host = hostOf(1, 2, 3);
        host.stop(TWO);

        Map<AccountId, StartResult> results = host.restartAll(1, Duration.ZERO);

        assertThat(results.keySet()).containsExactly(ONE, AccountId.of(3));
        assertThat(results.values()).allSatisfy(result -> assertThat(result).isInstanceOf(StartResult.Started.class));
        assertThat(host.status(TWO).orElseThrow().state()).isEqualTo(WorkerState.STOPPED);
    }
}
