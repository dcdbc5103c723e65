package io.workersupervisor.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.HostProcess;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.StopReport;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * P1 across JVMs and failovers: no epoch of an account is won twice, and every one is won. Short by default;
 * {@code -Dproof.accounts=1000 -Dproof.threads=16 -Dproof.epochs=8 -Dproof.failovers=6} is the proof of the promise.
 */
@Tag("long")
@NeedsMongod
@Needs(Need.OWN_MONGOD)
class ClaimProofTest {
    private static final List<String> QUIET = List.of("-Dorg.slf4j.simpleLogger.log.org.mongodb=off");
    private static final int JVMS = 4;
    private static final int THREADS = Integer.getInteger("proof.threads", 4);
    private static final int ACCOUNTS = Integer.getInteger("proof.accounts", 100);
    private static final long EPOCHS = Integer.getInteger("proof.epochs", 12);
    private static final int FAILOVERS = Integer.getInteger("proof.failovers", 2);

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void P1_no_epoch_has_two_winners_whatever_primaries_do() throws Exception {
        ReplicaSet set = TestMongo.set();
        set.awaitWhole();
        String uri = set.uri(TestMongo.freshName());
        long seed = Long.getLong("proof.seed", System.nanoTime());
        System.out.println("-Dproof.seed=" + seed);
        List<HostProcess> jvms = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        String happened;
        long began = System.nanoTime();

        MongoWorkerRegistry.open(uri).close();
        try {
            for (int jvm = 0; jvm < JVMS; jvm++) {
                jvms.add(HostProcess.start(QUIET, ClaimLoop.class, jvm, THREADS, ACCOUNTS, EPOCHS, seed)
                        .tell(uri));
            }
            for (HostProcess jvm : jvms) {
                assertThat(jvm.line()).isEqualTo("ready");
            }
            jvms.forEach(jvm -> jvm.tell("go"));
            try (Faults faults = Faults.begin(set, FAILOVERS, seed)) {
                await().atMost(Duration.ofMinutes(50))
                        .until(() -> jvms.stream()
                                .allMatch(jvm -> !jvm.isAlive() || jvm.seen().contains("done")));
                happened = faults.toString();
                assertThat(faults.begun()).as("faults while they claimed").isPositive();
            }
            for (HostProcess jvm : jvms) {
                jvm.finish();
                lines.addAll(jvm.seen());
            }
        } finally {
            jvms.forEach(HostProcess::close);
        }
        set.awaitWhole();

        assertThat(lines).filteredOn("done"::equals).hasSize(JVMS);
        assertThat(String.join("\n", lines)).doesNotContain(set.password());
        Set<String> unanswered = new HashSet<>();
        Map<String, String> winners = winners(lines, unanswered);
        System.out.printf(
                "%d claims won by %d threads on %d accounts through %s in %d s, %d had no answer%n",
                winners.size(),
                JVMS * THREADS,
                ACCOUNTS,
                happened,
                (System.nanoTime() - began) / 1_000_000_000,
                unanswered.size());
        assertStored(uri, winners, unanswered);
    }

    private static Map<String, String> winners(List<String> lines, Set<String> unanswered) {
        Map<String, String> winners = new HashMap<>();
        for (String line : lines) {
            String key = line.substring(line.indexOf(' ') + 1);
            if (line.startsWith("won ")) {
                int worker = key.lastIndexOf(' ');
                assertThat(winners.put(key.substring(0, worker), key.substring(worker + 1)))
                        .as("a second winner of account and epoch " + key)
                        .isNull();
            } else if (line.startsWith("failed ") && !key.equals("nothing")) {
                unanswered.add(key);
            }
        }
        return winners;
    }

    /** What was told to be won is what is stored; an epoch that nobody was told of was won without an answer. */
    private static void assertStored(String uri, Map<String, String> winners, Set<String> unanswered) {
        try (MongoWorkerRegistry registry = MongoWorkerRegistry.open(uri)) {
            for (long account = 1; account <= ACCOUNTS; account++) {
                WorkerRow row = registry.find(AccountId.of(account)).orElseThrow();
                List<StopReport> reports = registry.reports(row.account(), StopReport.KEPT);

                assertThat(row.epoch()).isEqualTo(EPOCHS).isEqualTo(row.revision());
                assertWinner(account, row.epoch(), row.workerId(), winners, unanswered);
                assertThat(reports)
                        .extracting(StopReport::epoch)
                        .containsExactlyInAnyOrderElementsOf(
                                LongStream.range(1, EPOCHS).boxed().toList());
                for (StopReport report : reports) {
                    assertWinner(account, report.epoch(), report.workerId(), winners, unanswered);
                }
            }
        }
    }

    private static void assertWinner(
            long account, long epoch, String worker, Map<String, String> winners, Set<String> unanswered) {
        String key = account + " " + epoch;
        String told = winners.get(key);
        if (told == null) {
            assertThat(unanswered).contains(key + " " + worker);
        } else {
            assertThat(told).as("winner of account and epoch " + key).isEqualTo(worker);
        }
    }
}
