package io.workersupervisor;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.WorkerEvidence.Kind;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.spi.WorkerRow;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What must hold whenever a host or a launcher has died, looked at by a new supervisor. */
final class Aftermath implements AutoCloseable {
    private final WorkerEvidence evidence;
    private final SqliteWorkerRegistry registry;
    private final WorkerSupervisor supervisor;

    private Aftermath(WorkerEvidence evidence, SqliteWorkerRegistry registry, WorkerSupervisor supervisor) {
        this.evidence = evidence;
        this.registry = registry;
        this.supervisor = supervisor;
    }

    /** Begins a supervisor, which reconciles. */
    static Aftermath of(WorkerEvidence evidence) {
        DataDirectory data = evidence.data();
        SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data);
        WorkerSupervisor supervisor = WorkerSupervisor.builder(data, registry)
                .launcher(evidence.launcher())
                .reconcileInterval(Duration.ofHours(1))
                .build();
        return new Aftermath(evidence, registry, supervisor);
    }

    WorkerSupervisor supervisor() {
        return supervisor;
    }

    Optional<WorkerRow> find(AccountId account) {
        return registry.find(account);
    }

    WorkerRow row(AccountId account) {
        return registry.find(account).orElseThrow();
    }

    /** Reconciles until no row is left alone: launches that were in flight have come to something. */
    void settle() {
        await().pollDelay(Duration.ZERO).until(() -> supervisor.reconcile().leftAlone(), List::isEmpty);
    }

    /** P4: the stop holds, and nothing of the worker is left. */
    void isStopped(AccountId account) {
        assertThat(row(account).desired()).isEqualTo(Desired.STOPPED);
        assertThat(evidence.living(account)).isEmpty();
        assertThat(supervisor.ensure(evidence.spec(account, Kind.RUN)))
                .isInstanceOfSatisfying(
                        StartResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(RefusalReason.STOPPED_BY_OPERATOR));
        assertThat(evidence.living(account)).isEmpty();
    }

    /** P1 and P2: the account runs at the application's word, once. */
    void runsOnce(AccountId account) {
        StartResult result = supervisor.ensure(evidence.spec(account, Kind.RUN));
        assertThat(result.isRunning()).as(result.describe()).isTrue();
        WorkerStatus status = supervisor.status(account).orElseThrow();
        assertThat(status.isAlive()).as(status.toString()).isTrue();
        // While a program replaces another by exec, its environment cannot be read.
        await().pollDelay(Duration.ZERO)
                .untilAsserted(() -> assertThat(evidence.livingWorkers(account)).containsExactly(status.workerId()));
        // It may have been scheduled no further than its exec, and has not testified then.
        await().pollDelay(Duration.ZERO)
                .untilAsserted(
                        () -> assertThat(evidence.workersThatRan(account)).contains(status.workerId()));
    }

    /** P1: no worker ever saw another one of its account. */
    void nobodyOverlapped() throws IOException {
        assertThat(evidence.overlaps()).isEmpty();
    }

    /**
     * P6, when everything has been stopped: one report for each worker that ran, with an end that somebody saw.
     *
     * @param account the account
     * @param ends what may stand in the report of a worker that ran
     */
    void everyEndIsExplained(AccountId account, Set<ExitStatus> ends) throws IOException {
        List<StopReport> reports = supervisor.why(account);
        Map<String, StopReport> byWorker =
                reports.stream().collect(java.util.stream.Collectors.toMap(StopReport::workerId, Function.identity()));
        Set<String> ran = evidence.workersThatRan(account);
        if (reports.size() == StopReport.KEPT) {
            // Those before them have been let go; worker ids are in order of time.
            String oldest = reports.get(reports.size() - 1).workerId();
            ran.removeIf(workerId -> workerId.compareTo(oldest) < 0);
        }
        assertThat(byWorker.keySet()).containsAll(ran);
        for (StopReport report : reports) {
            if (ran.contains(report.workerId())) {
                assertThat(report.reason()).as(report.describe()).isNotEqualTo(StopReason.START_FAILED);
                assertThat(ends).as(report.describe()).anySatisfy(end -> assertSame(end, report.exit()));
            } else {
                // Its process may have been killed before it had become the worker.
                assertThat(report.exit())
                        .as("%s although nothing ran", report.describe())
                        .isNotInstanceOf(ExitStatus.Exited.class);
            }
        }
    }

    private static void assertSame(ExitStatus expected, ExitStatus found) {
        assertThat(found).isInstanceOf(expected.getClass());
        if (!(expected instanceof ExitStatus.Unknown)) {
            assertThat(found).isEqualTo(expected);
        }
    }

    /** Each end is told at most once, and the records of what has ended are gone. */
    void nothingIsLeft() throws IOException {
        supervisor.reconcile();
        assertThat(evidence.living()).isEmpty();
        LaunchRecords records = LocalEvidence.of(evidence.data(), false).records();
        // A keeper is told, and forgets a moment later.
        await().until(() -> records.workers().isEmpty());
        Map<String, Long> told = endsTold();
        assertThat(told.values()).as("ends told in worker.log: %s", told).allMatch(times -> times == 1);
    }

    /** P6, where no host was killed, which may have been about to tell it: the end of each worker that ran is told. */
    void everyEndIsTold() {
        await().untilAsserted(() -> assertThat(endsTold().keySet())
                .containsAll(evidence.ran().stream()
                        .map(WorkerEvidence.Ran::workerId)
                        .toList()));
    }

    /** Lines of worker.log that tell the end of a worker, by worker id. */
    Map<String, Long> endsTold() throws IOException {
        return Files.readAllLines(Layout.eventLog(evidence.data())).stream()
                .map(line -> line.split(" +", -1))
                .filter(words -> words.length > 5 && words[3].equals("ended") && words[4].equals("worker"))
                .collect(groupingBy(words -> words[5].replace(":", ""), counting()));
    }

    @Override
    public void close() {
        supervisor.close();
        registry.close();
    }
}
