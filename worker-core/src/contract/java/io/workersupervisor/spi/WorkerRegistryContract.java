package io.workersupervisor.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.workersupervisor.AccountId;
import io.workersupervisor.Confidence;
import io.workersupervisor.Desired;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Initiator;
import io.workersupervisor.RowCopy;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopReason;
import io.workersupervisor.StopReport;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerState;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.registry.Actor;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.text.Json;
import io.workersupervisor.spi.WorkerRegistry.Claimed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every registry does. Tests of a store extend it; each test has a store of its own. */
public abstract class WorkerRegistryContract {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final Instant NOW = Instant.parse("2026-03-01T10:15:30.007Z");
    private static final ProcessIdentity PROCESS =
            new ProcessIdentity(815, 106_418, 0, "boot-1", "pid:[4026531836]", "time:[4026531834]");
    private static final Actor ACTOR = new Actor("host-1", PROCESS);

    /** The registry under test; the same store at every call within a test. */
    protected abstract WorkerRegistry registry();

    /** The same store, opened once more where that is possible. */
    protected abstract WorkerRegistry another();

    @Test
    void an_unknown_account_has_no_row_and_no_reports() {
        WorkerRegistry registry = registry();

        assertThat(registry.find(ACCOUNT)).isEmpty();
        assertThat(registry.reports(ACCOUNT, 5)).isEmpty();
        assertThat(registry.list(RowSelection.ALL)).isEqualTo(new RowListing(List.of(), List.of()));
    }

    @Test
    void the_id_is_short_and_the_same_wherever_the_store_is_opened() {
        String id = registry().id();

        assertThat(id).matches("[a-z0-9-]{1,64}").isEqualTo(another().id());
    }

    @Test
    void a_claimed_row_comes_back_as_it_was_written() {
        WorkerRow row = claim(Optional.empty(), ACCOUNT, 1);

        boolean won = registry().update(Optional.empty(), row);

        assertThat(won).isTrue();
        assertThat(another().find(ACCOUNT)).contains(row);
    }

    @Test
    void a_running_row_comes_back_with_its_identity() {
        WorkerRow claimed = stored(claim(Optional.empty(), ACCOUNT, 1));
        WorkerRow running = RowChanges.seenHoldingLock(RowChanges.running(claimed, PROCESS));
        WorkerRow next = RowCopy.of(running, running.epoch(), claimed.revision() + 1, running.workerId());

        assertThat(registry().update(Optional.of(claimed), next)).isTrue();

        WorkerRow found = registry().find(ACCOUNT).orElseThrow();
        assertThat(found).isEqualTo(next);
        assertThat(Detail.identityOf(found)).contains(PROCESS);
        assertThat(found.pid()).hasValue(815);
    }

    @Test
    void a_row_that_was_never_started_comes_back() {
        WorkerRow row = stored(RowChanges.neverStarted(ACCOUNT, "node-1", NOW, StopOrder.byPerson()));

        assertThat(registry().find(ACCOUNT)).contains(row);
    }

    @ParameterizedTest
    @EnumSource(WorkerState.class)
    void every_state_comes_back(WorkerState state) {
        WorkerRow claimed = stored(claim(Optional.empty(), ACCOUNT, 1));

        assertThat(registry().update(Optional.of(claimed), RowChanges.closed(claimed, state)))
                .isTrue();

        assertThat(registry().find(ACCOUNT)).map(WorkerRow::state).contains(state);
    }

    /** P4: what a person wants is stored with the row and changed by nobody else. */
    @Test
    void a_stop_by_a_person_comes_back() {
        WorkerRow claimed = stored(claim(Optional.empty(), ACCOUNT, 1));
        WorkerRow stopping = RowChanges.stopAsked(claimed, ACTOR, NOW, StopOrder.byPerson());

        registry().update(Optional.of(claimed), stopping);
        registry().update(Optional.of(stopping), RowChanges.closed(stopping, WorkerState.STOPPED));

        assertThat(registry().find(ACCOUNT)).map(WorkerRow::desired).contains(Desired.STOPPED);
    }

    /** P1: only one of two hosts that saw no row inserts one. */
    @Test
    void a_second_insert_loses_and_changes_nothing() {
        WorkerRow first = stored(claim(Optional.empty(), ACCOUNT, 1));

        boolean won = another().update(Optional.empty(), claim(Optional.empty(), ACCOUNT, 2));

        assertThat(won).isFalse();
        assertThat(registry().find(ACCOUNT)).contains(first);
    }

    /** P1: a host that acts on an old row changes nothing. */
    @ParameterizedTest
    @MethodSource("outdated")
    void an_update_of_a_row_that_moved_on_loses_and_changes_nothing(WorkerRow seen) {
        WorkerRow present = stored(present());

        boolean won = registry().update(Optional.of(seen), RowChanges.closed(seen, WorkerState.FAILED));

        assertThat(won).isFalse();
        assertThat(registry().find(ACCOUNT)).contains(present);
    }

    static Stream<WorkerRow> outdated() {
        WorkerRow row = present();
        return Stream.of(
                RowCopy.of(row, row.epoch() - 1, row.revision(), row.workerId()),
                RowCopy.of(row, row.epoch() + 1, row.revision(), row.workerId()),
                RowCopy.of(row, row.epoch(), row.revision() + 1, row.workerId()),
                RowCopy.of(row, row.epoch(), row.revision(), workerId(99)),
                RowCopy.of(row, row.epoch(), row.revision(), row.workerId().toUpperCase(Locale.ROOT)));
    }

    private static WorkerRow present() {
        WorkerRow row = claim(Optional.empty(), ACCOUNT, 7);
        return RowCopy.of(row, 5, 1, row.workerId());
    }

    @Test
    void an_update_of_a_row_that_is_not_there_loses_and_inserts_nothing() {
        WorkerRow row = claim(Optional.empty(), ACCOUNT, 1);

        boolean won = registry().update(Optional.of(row), RowChanges.closed(row, WorkerState.FAILED));

        assertThat(won).isFalse();
        assertThat(registry().find(ACCOUNT)).isEmpty();
    }

    @Test
    void the_same_update_wins_once() {
        WorkerRow row = stored(claim(Optional.empty(), ACCOUNT, 1));
        WorkerRow next = RowChanges.closed(row, WorkerState.STOPPED);

        assertThat(registry().update(Optional.of(row), next)).isTrue();
        assertThat(another().update(Optional.of(row), next)).isFalse();
    }

    @Test
    void a_row_that_does_not_follow_is_refused_and_nothing_is_written() {
        WorkerRow row = stored(present());
        WorkerRow next = RowChanges.closed(row, WorkerState.STOPPED);
        List<WorkerRow> misfits = List.of(
                RowCopy.of(next, row.epoch(), row.revision(), row.workerId()),
                RowCopy.of(next, row.epoch(), row.revision() + 2, row.workerId()),
                RowCopy.of(next, row.epoch() - 1, row.revision() + 1, row.workerId()),
                claim(Optional.of(row), AccountId.of("other"), 8));

        for (WorkerRow misfit : misfits) {
            assertThatIllegalArgumentException().isThrownBy(() -> registry().update(Optional.of(row), misfit));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> registry().claim(Optional.of(row), misfit, Optional.empty()));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> registry().update(Optional.empty(), next));

        assertThat(registry().list(RowSelection.ALL).rows()).containsExactly(row);
    }

    @Test
    void accounts_keep_their_type_and_are_listed_numbers_first() {
        List<AccountId> accounts = List.of(
                AccountId.of(Long.MIN_VALUE),
                AccountId.of(-5),
                AccountId.of(0),
                AccountId.of(7),
                AccountId.of(9_007_199_254_740_993L),
                AccountId.of(Long.MAX_VALUE),
                AccountId.of("+7"),
                AccountId.of("007"),
                AccountId.of("1e3"),
                AccountId.of("7.0"),
                AccountId.of("99999999999999999999"),
                AccountId.of("A"),
                AccountId.of("a"),
                AccountId.of("a@b:c+d_e-f"));

        for (int i = accounts.size() - 1; i >= 0; i--) {
            stored(claim(Optional.empty(), accounts.get(i), i));
        }

        assertThat(another().list(RowSelection.ALL).rows())
                .extracting(WorkerRow::account)
                .containsExactlyElementsOf(accounts);
        for (AccountId account : accounts) {
            assertThat(registry().find(account)).map(WorkerRow::account).contains(account);
        }
    }

    @Test
    void open_rows_of_a_node_are_listed_alone() {
        WorkerRow open = stored(claim(Optional.empty(), AccountId.of(1), 1));
        WorkerRow closed = stored(claim(Optional.empty(), AccountId.of(2), 2));
        registry().update(Optional.of(closed), RowChanges.closed(closed, WorkerState.FAILED));
        WorkerRow elsewhere = claim(Optional.empty(), AccountId.of(3), 3, "node-2");
        stored(elsewhere);

        assertThat(registry().list(RowSelection.openOf("node-1")).rows()).containsExactly(open);
        assertThat(registry().list(RowSelection.openOf("node-2")).rows()).containsExactly(elsewhere);
        assertThat(registry().list(RowSelection.openOf("node-3")).rows()).isEmpty();
        assertThat(registry().list(new RowSelection(Optional.empty(), true)).rows())
                .containsExactly(open, elsewhere);
        assertThat(registry()
                        .list(new RowSelection(Optional.of("node-1"), false))
                        .rows())
                .extracting(WorkerRow::account)
                .containsExactly(AccountId.of(1), AccountId.of(2));
    }

    @Test
    void rows_that_wait_for_a_start_are_listed_when_it_is_due() {
        Instant noon = Instant.parse("2026-11-30T12:00:00Z");
        WorkerRow due = backingOff(1, "node-1", Optional.of(noon));
        backingOff(2, "node-1", Optional.of(noon.plusMillis(1)));
        backingOff(3, "node-2", Optional.of(noon));
        backingOff(4, "node-1", Optional.empty());
        stored(claim(Optional.empty(), AccountId.of(5), 5));
        WorkerRow stopped = backingOff(6, "node-1", Optional.of(noon));
        registry().update(Optional.of(stopped), RowChanges.stopAsked(stopped, ACTOR, NOW, StopOrder.byPerson()));

        assertThat(registry().list(RowSelection.dueOf("node-1", noon)).rows()).containsExactly(due);
        assertThat(registry()
                        .list(RowSelection.dueOf("node-1", noon.minusMillis(1)))
                        .rows())
                .isEmpty();
    }

    private WorkerRow backingOff(long account, String node, Optional<Instant> at) {
        WorkerRow claimed = claim(Optional.empty(), AccountId.of(account), (int) account, node);
        stored(claimed);
        Map<String, @Nullable Object> plan = Json.map("why", "UNKNOWN");
        at.ifPresent(due -> plan.put("at", due.toEpochMilli()));
        WorkerRow waiting = RowChanges.planned(claimed, WorkerState.BACKING_OFF, plan);
        assertThat(registry().update(Optional.of(claimed), waiting)).isTrue();
        return registry().find(waiting.account()).orElseThrow();
    }

    /** What a newer minor version keeps in a row is still there after this one has changed it. */
    @Test
    void unknown_fields_of_the_detail_survive_claims_and_updates() {
        String later = "{\"later\":{\"a\":[1,2.5,null,true,\"\u00fc \\\" \\\\ \\n\"]}}";
        WorkerRow plain = RowChanges.neverStarted(ACCOUNT, "node-1", NOW, StopOrder.byPerson());
        WorkerRow row = stored(new WorkerRow(
                ACCOUNT,
                0,
                1,
                "",
                "node-1",
                plain.state(),
                plain.desired(),
                NOW,
                Optional.empty(),
                Optional.empty(),
                RowDetail.parse(later)));

        WorkerRow claimed = claim(registry().find(ACCOUNT), ACCOUNT, 1);
        registry().update(Optional.of(row), claimed);
        registry().update(Optional.of(claimed), RowChanges.running(claimed, PROCESS));

        assertThat(registry().find(ACCOUNT).orElseThrow().detail().toJson())
                .startsWith(later.substring(0, later.length() - 1));
    }

    @Test
    void a_claim_files_the_report_and_replaces_the_row() {
        WorkerRow dead = stored(claim(Optional.empty(), ACCOUNT, 1));
        WorkerRow next = claim(Optional.of(dead), ACCOUNT, 2);
        StopReport report = report(ACCOUNT, 1);

        Claimed claimed = registry().claim(Optional.of(dead), next, Optional.of(report));

        assertThat(claimed).isEqualTo(new Claimed(true, true));
        assertThat(another().find(ACCOUNT)).contains(next);
        assertThat(another().reports(ACCOUNT, 5)).containsExactly(report);
    }

    @Test
    void a_first_claim_has_nothing_to_report() {
        WorkerRow row = claim(Optional.empty(), ACCOUNT, 1);

        Claimed claimed = registry().claim(Optional.empty(), row, Optional.empty());

        assertThat(claimed).isEqualTo(new Claimed(true, false));
        assertThat(registry().find(ACCOUNT)).contains(row);
    }

    /** P6: the end that was seen stays told, whoever starts the next worker. */
    @Test
    void the_report_of_a_lost_claim_stays_filed() {
        WorkerRow dead = stored(claim(Optional.empty(), ACCOUNT, 1));
        WorkerRow winner = claim(Optional.of(dead), ACCOUNT, 2);
        registry().update(Optional.of(dead), winner);
        StopReport report = report(ACCOUNT, 1);

        Claimed claimed =
                registry().claim(Optional.of(dead), claim(Optional.of(dead), ACCOUNT, 3), Optional.of(report));

        assertThat(claimed).isEqualTo(new Claimed(false, true));
        assertThat(registry().find(ACCOUNT)).contains(winner);
        assertThat(registry().reports(ACCOUNT, 5)).containsExactly(report);
    }

    /** P6: one report for each incarnation, and the first one stands. */
    @Test
    void a_report_is_filed_once() {
        StopReport first = report(ACCOUNT, 1);
        StopReport second = report(ACCOUNT, 1, "something else");

        assertThat(registry().file(first)).isTrue();
        assertThat(another().file(second)).isFalse();

        assertThat(registry().reports(ACCOUNT, 5)).containsExactly(first);
    }

    @Test
    void a_claim_wins_though_the_report_is_filed_already() {
        WorkerRow dead = stored(claim(Optional.empty(), ACCOUNT, 1));
        registry().file(report(ACCOUNT, 1));

        Claimed claimed = registry()
                .claim(Optional.of(dead), claim(Optional.of(dead), ACCOUNT, 2), Optional.of(report(ACCOUNT, 1)));

        assertThat(claimed).isEqualTo(new Claimed(true, false));
    }

    @Test
    void reports_are_kept_up_to_a_number_and_come_newest_first() {
        int filed = StopReport.KEPT + 5;
        AccountId neighbour = AccountId.of("neighbour");
        registry().file(report(neighbour, 1_000));

        for (int worker = 1; worker <= filed; worker++) {
            registry().file(report(ACCOUNT, worker));
        }

        List<String> newest = IntStream.iterate(filed, worker -> worker - 1)
                .limit(StopReport.KEPT)
                .mapToObj(WorkerRegistryContract::workerId)
                .toList();
        assertThat(registry().reports(ACCOUNT, Integer.MAX_VALUE))
                .extracting(StopReport::workerId)
                .containsExactlyElementsOf(newest);
        assertThat(registry().reports(ACCOUNT, 3))
                .extracting(StopReport::workerId)
                .containsExactlyElementsOf(newest.subList(0, 3));
        assertThat(registry().reports(neighbour, 5)).hasSize(1);
    }

    @Test
    void the_reports_of_a_forgotten_account_go_and_those_of_later_workers_and_neighbours_stay() {
        AccountId neighbour = AccountId.of("neighbour");
        registry().file(report(neighbour, 1));
        for (int worker = 1; worker <= 4; worker++) {
            registry().file(report(ACCOUNT, worker + 1_000));
        }

        registry().dropReports(ACCOUNT, workerId(1_003));
        registry().dropReports(ACCOUNT, workerId(1_003));

        assertThat(another().reports(ACCOUNT, 5))
                .extracting(StopReport::workerId)
                .containsExactly(workerId(1_004));
        assertThat(registry().reports(neighbour, 5)).hasSize(1);
    }

    @Test
    void a_claim_drops_the_oldest_report_too() {
        for (int worker = 1; worker <= StopReport.KEPT; worker++) {
            registry().file(report(ACCOUNT, worker));
        }
        WorkerRow dead = stored(claim(Optional.empty(), ACCOUNT, 21));

        registry().claim(Optional.of(dead), claim(Optional.of(dead), ACCOUNT, 22), Optional.of(report(ACCOUNT, 21)));

        assertThat(registry().reports(ACCOUNT, 100))
                .hasSize(StopReport.KEPT)
                .extracting(StopReport::workerId)
                .startsWith(workerId(21))
                .endsWith(workerId(2));
    }

    /** P6: its worker id may be older than those that are kept, after the clock went back. */
    @Test
    void the_report_that_was_just_filed_is_kept_whatever_its_place() {
        for (int worker = 101; worker <= 100 + StopReport.KEPT; worker++) {
            registry().file(report(ACCOUNT, worker));
        }

        boolean filed = registry().file(report(ACCOUNT, 1));

        assertThat(filed).isTrue();
        assertThat(another().reports(ACCOUNT, 100))
                .hasSize(StopReport.KEPT)
                .extracting(StopReport::workerId)
                .startsWith(workerId(100 + StopReport.KEPT))
                .endsWith(workerId(102), workerId(1));
    }

    @Test
    void the_largest_report_comes_back_whole() {
        String line = "\u00e4\u20ac\ud83d\ude00 'quoted\" \\ ".repeat(60);
        StopReport report =
                report(ACCOUNT, 1, Stream.generate(() -> line).limit(40).toArray(String[]::new));

        registry().file(report);

        assertThat(registry().reports(ACCOUNT, 1)).containsExactly(report);
    }

    /** P1: of sixteen starters that saw the same, one wins, and the end before is told once. */
    @Test
    void one_of_sixteen_claims_wins_and_one_files_the_report() throws Exception {
        WorkerRow dead = stored(claim(Optional.empty(), ACCOUNT, 1));
        WorkerRegistry first = registry();
        WorkerRegistry second = another();

        List<Claimed> claims = race(
                16,
                thread -> (thread % 2 == 0 ? first : second)
                        .claim(
                                Optional.of(dead),
                                claim(Optional.of(dead), ACCOUNT, 2 + thread),
                                Optional.of(report(ACCOUNT, 1))));

        assertThat(claims).filteredOn(Claimed::won).hasSize(1);
        assertThat(claims).filteredOn(Claimed::filed).hasSize(1);
    }

    /** P1: of sixteen first starters one wins. */
    @Test
    void one_of_sixteen_inserts_wins() throws Exception {
        WorkerRegistry first = registry();
        WorkerRegistry second = another();

        List<Boolean> won = race(
                16,
                thread -> (thread % 2 == 0 ? first : second)
                        .update(Optional.empty(), claim(Optional.empty(), ACCOUNT, thread)));

        assertThat(won).containsOnlyOnce(true);
    }

    /** P1: no update is lost; the version counts exactly those that won. */
    @Test
    void sixteen_threads_lose_no_update() throws Exception {
        int each = 25;
        stored(claim(Optional.empty(), ACCOUNT, 1));
        WorkerRegistry first = registry();
        WorkerRegistry second = another();

        race(16, thread -> {
            WorkerRegistry mine = thread % 2 == 0 ? first : second;
            for (int wins = 0; wins < each; ) {
                WorkerRow seen = mine.find(ACCOUNT).orElseThrow();
                wins += mine.update(Optional.of(seen), RowChanges.closed(seen, WorkerState.RUNNING)) ? 1 : 0;
            }
            return true;
        });

        assertThat(registry().find(ACCOUNT)).map(WorkerRow::revision).contains(1L + 16L * each);
    }

    private WorkerRow stored(WorkerRow row) {
        assertThat(registry().update(Optional.empty(), row)).isTrue();
        return row;
    }

    private static WorkerRow claim(Optional<WorkerRow> seen, AccountId account, int worker) {
        return claim(seen, account, worker, "node-1");
    }

    private static WorkerRow claim(Optional<WorkerRow> seen, AccountId account, int worker, String node) {
        WorkerSpec spec = WorkerSpec.builder(account, "sleep", "100")
                .userId("user '1'; DROP TABLE worker_registry --")
                .version("2.0")
                .build();
        long epoch = seen.map(WorkerRow::epoch).orElse(0L) + 1;
        String log = Layout.logName(account, workerId(worker));
        return RowChanges.claimed(
                seen, spec, new RowChanges.Claim(epoch, workerId(worker), node, NOW, ACTOR, 106_400, log));
    }

    private static String workerId(int number) {
        return String.format(Locale.ROOT, "w%025d", number);
    }

    private static StopReport report(AccountId account, int worker, String... evidence) {
        return new StopReport(
                account,
                workerId(worker),
                worker,
                "node-1",
                Optional.of("user-1"),
                Optional.empty(),
                NOW,
                NOW.plusSeconds(90),
                new ExitStatus.Exited(3),
                Optional.empty(),
                Initiator.WORKER,
                StopReason.UNHANDLED_EXCEPTION,
                Confidence.PROBABLE,
                List.of(evidence),
                "Read the log",
                Optional.empty(),
                List.of(),
                List.of());
    }

    private interface Racer<T> {
        T run(int thread) throws Exception;
    }

    /** Runs all at once and gives their results. */
    private static <T> List<T> race(int threads, Racer<T> racer) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Callable<T>> racers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                racers.add(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    return racer.run(thread);
                });
            }
            List<T> results = new ArrayList<>();
            for (Future<T> result : pool.invokeAll(racers)) {
                results.add(result.get(60, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }
}
