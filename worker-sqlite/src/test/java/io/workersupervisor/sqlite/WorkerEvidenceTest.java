package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.sqlite.WorkerEvidence.Kind;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The evidence by which races and crashes are judged does speak against whoever breaks P1. */
class WorkerEvidenceTest {
    private static final AccountId ACCOUNT = AccountId.of(1);

    private WorkerEvidence evidence;

    @BeforeEach
    void open(@TempDir Path directory) throws IOException {
        evidence = new WorkerEvidence(directory, 2);
    }

    @AfterEach
    void endEverything() {
        evidence.close();
    }

    @Test
    void two_workers_of_an_account_that_live_at_once_are_one_overlap() throws Exception {
        long first = evidence.startByHand(ACCOUNT, "first").pid();
        evidence.awaitTestimony(ACCOUNT, Kind.RUN);
        long second = evidence.startByHand(ACCOUNT, "second").pid();

        await().untilAsserted(() -> assertThat(evidence.overlaps())
                .containsExactly("account 1: " + second + " (second) runs beside " + first));
        assertThat(evidence.workersThatRan(ACCOUNT)).containsExactly("first", "second");
        assertThat(evidence.livingWorkers(ACCOUNT)).containsExactly("first", "second");
    }

    @Test
    void neither_one_after_another_nor_workers_of_two_accounts_overlap() throws Exception {
        evidence.startByHand(ACCOUNT, "first");
        evidence.awaitTestimony(ACCOUNT, Kind.RUN);
        evidence.killWorkers(ACCOUNT);
        evidence.startByHand(AccountId.of(2), "other");
        evidence.awaitTestimony(AccountId.of(2), Kind.RUN);
        evidence.startByHand(ACCOUNT, "second");

        await().until(() -> evidence.workersThatRan(ACCOUNT).size() == 2);
        await().until(() -> evidence.isAsleep(ACCOUNT));
        assertThat(evidence.overlaps()).isEmpty();
    }
}
