package io.workersupervisor;

import static io.workersupervisor.TestNode.sh;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A person starts accounts without knowing what to run (P1, P2, P4); a console and a host are two supervisors here. */
class WishesTest extends KeptAccounts {
    private WorkerSupervisor console() {
        return node().host(WorkerSupervisor.Builder::withoutReconcile);
    }

    private WorkerSupervisor keeping(AccountId... accounts) {
        return keeping(RestartPolicy.standard(), accounts);
    }

    @Test
    void account_that_a_person_stopped_is_started_again_by_the_host_that_knows_what_to_run() {
        WorkerSupervisor host = keeping(ONE);
        WorkerSupervisor console = console();
        awaitRunning(host, ONE);
        console.stop(ONE);

        StartResult result = console.start(ONE);

        assertThat(result)
                .as(result.describe())
                .isInstanceOfSatisfying(
                        StartResult.Started.class,
                        started -> assertThat(started.pid())
                                .isEqualTo(host.status(ONE).orElseThrow().pid().orElseThrow()));
        assertThat(console.start(ONE)).isInstanceOf(StartResult.AlreadyRunning.class);
        assertThat(node().workers()).hasSize(1);
    }

    @Test
    void account_that_was_never_started_is_started_where_the_host_finds_it() {
        WorkerSupervisor host =
                node().host(settings -> settings.keepRunning(account -> Optional.of(sleeping(account))));

        assertThat(console().start(List.of(TWO, ONE)))
                .containsOnlyKeys(TWO, ONE)
                .allSatisfy((account, result) -> assertThat(result).isInstanceOf(StartResult.Started.class));

        assertThat(host.list()).allMatch(WorkerStatus::isAlive).hasSize(2);
    }

    @Test
    void wish_that_no_host_acts_on_stays_for_the_next_one() {
        WorkerSupervisor console = console();
        console.start(sleeping(ONE)).orElseThrow();
        console.stop(ONE);

        assertThat(refusal(console.start(ONE))).isEqualTo(RefusalReason.WISH_WAITS);

        assertThat(node().workers()).isEmpty();
        awaitRunning(keeping(ONE), ONE);
    }

    @Test
    void account_that_no_host_serves_is_told_as_one_that_waits() {
        keeping(ONE);

        StartResult result = console().start(TWO);

        assertThat(refusal(result)).isEqualTo(RefusalReason.WISH_WAITS);
        assertThat(result.describe()).contains("no host acted on it within 10 s");
    }

    @Test
    void restart_replaces_the_worker_and_leaves_the_wish_of_people() {
        WorkerSupervisor host = keeping(ONE, TWO);
        WorkerSupervisor console = console();
        awaitRunning(host, ONE);
        awaitRunning(host, TWO);
        console.stop(TWO);
        String before = host.status(ONE).orElseThrow().workerId();

        Map<AccountId, StartResult> results = console.restart(List.of(ONE, TWO));

        assertThat(results.get(ONE))
                .isInstanceOfSatisfying(
                        StartResult.Started.class,
                        started -> assertThat(started.workerId()).isNotEqualTo(before));
        assertThat(refusal(results.get(TWO))).isEqualTo(RefusalReason.STOPPED_BY_OPERATOR);
        assertThat(node().workers()).hasSize(1);
    }

    @Test
    void host_restarts_its_own_accounts_without_a_spec() {
        WorkerSupervisor host = keeping(ONE);
        awaitRunning(host, ONE);

        assertThat(host.restart(ONE)).isInstanceOf(StartResult.Started.class);
        assertThat(node().workers()).hasSize(1);
    }

    @Test
    void restart_ends_no_worker_that_nobody_could_start_again() {
        WorkerSupervisor console = console();
        console.start(sleeping(ONE)).orElseThrow();

        assertThat(refusal(console.restart(ONE))).isEqualTo(RefusalReason.WISH_WAITS);

        assertThat(console.status(ONE).orElseThrow().isAlive()).isTrue();
    }

    @Test
    void start_that_does_not_name_the_account_gives_way_to_a_person_and_to_the_plan() {
        WorkerSpec banned = sh(
                        ONE, "sleep 0.3; printf '{\"reason\":\"ACCOUNT_BANNED\"}' >\"$WORKER_REASON_FILE\"; exit 1")
                .build();
        WorkerSupervisor host =
                node().host(settings -> settings.keepRunning(WorkerSpecs.of(List.of(banned, sleeping(TWO)))));
        awaitRunning(host, TWO);
        host.stop(TWO);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> node().row(ONE).state() == WorkerState.FAILED);
        WorkerSupervisor console = console();

        Map<AccountId, StartResult> results = console.ensure(List.of(ONE, TWO));

        assertThat(refusal(results.get(ONE))).isEqualTo(RefusalReason.NEEDS_PERSON);
        assertThat(refusal(results.get(TWO))).isEqualTo(RefusalReason.STOPPED_BY_OPERATOR);
        assertThat(console.restart(ONE).isRunning()).isTrue();
    }

    /** Nobody stopped it: the library ends it for its fault. */
    @Test
    void worker_that_is_not_ready_in_time_is_a_failed_start() {
        WorkerSpec unready = sh(ONE, "trap '' TERM; sleep 600 & wait; sleep 600")
                .readyWhen(Readiness.logLine("^ready").within(Duration.ofSeconds(1)))
                .build();
        node().host(settings -> settings.keepRunning(WorkerSpecs.of(List.of(unready))));
        WorkerSupervisor console = console();
        console.stop(ONE);

        StartResult result = console.start(ONE);

        assertThat(result).as(result.describe()).isInstanceOfSatisfying(StartResult.Failed.class, failed -> {
            assertThat(failed.step()).isEqualTo("readiness");
            assertThat(failed.error()).isEqualTo("the worker was not ready within 1 s");
        });
    }
}
