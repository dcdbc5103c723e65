package io.workersupervisor.internal.keeping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSpecs;
import io.workersupervisor.internal.events.Events;
import io.workersupervisor.internal.events.OperatorLog;
import io.workersupervisor.internal.machine.Clocks;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lookups of the application: no answer is never taken for an empty one (P7). */
@Timeout(60)
class SpecLookupTest {
    private static final AccountId ONE = AccountId.of(1);

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch hang = new CountDownLatch(1);
    private final Events events;
    private Optional<SpecLookup> lookup = Optional.empty();

    SpecLookupTest(@TempDir Path directory) {
        events = new Events(
                Clocks.system(InstantSource.system()), new OperatorLog(directory.resolve("worker.log")), report -> {});
        events.add(event -> told.add(event.describe()));
    }

    @AfterEach
    void letGo() {
        hang.countDown();
        lookup.ifPresent(SpecLookup::close);
    }

    private SpecLookup lookup(WorkerSpecs specs) {
        SpecLookup made = new SpecLookup(specs, spec -> {}, events);
        lookup = Optional.of(made);
        return made;
    }

    @Test
    void many_that_are_asked_at_once_are_all_answered() {
        SpecLookup specs = lookup(account -> Optional.of(WorkerSpec.of(account, "true")));

        List<CompletableFuture<SpecLookup.Answer<Optional<WorkerSpec>>>> asked = new ArrayList<>();
        for (int account = 0; account < 1_000; account++) {
            asked.add(specs.find(AccountId.of(account)));
        }

        assertThat(asked).allSatisfy(answer -> assertThat(answer.join().found()).isPresent());
        assertThat(told).isEmpty();
    }

    @Test
    void account_is_not_asked_again_while_its_lookup_hangs_and_others_are() {
        List<AccountId> called = Collections.synchronizedList(new ArrayList<>());
        SpecLookup specs = lookup(account -> {
            called.add(account);
            if (account.equals(ONE)) {
                awaitHang();
            }
            return Optional.of(WorkerSpec.of(account, "true"));
        });

        CompletableFuture<?> hanging = specs.find(ONE);
        await().until(() -> called.contains(ONE));

        assertThat(specs.find(ONE).join().found()).isEmpty();
        assertThat(specs.find(AccountId.of(2)).join().found()).isPresent();
        assertThat(hanging).isNotDone();
        assertThat(called).containsExactly(ONE, AccountId.of(2));
    }

    @Test
    void lookup_that_throws_or_names_another_account_is_no_answer_and_is_told_once() {
        SpecLookup specs = lookup(account -> {
            if (account.equals(ONE)) {
                throw new IllegalStateException("database away");
            }
            return Optional.of(WorkerSpec.of(ONE, "true"));
        });

        for (int again = 0; again < 3; again++) {
            assertThat(specs.find(ONE).join().found()).isEmpty();
            assertThat(specs.find(AccountId.of(2)).join().found()).isEmpty();
        }

        await().until(() -> told.size() == 2);
        assertThat(told).anyMatch(text -> text.contains("database away"));
        assertThat(told).anyMatch(text -> text.contains("the spec is of account 1"));
    }

    private void awaitHang() {
        try {
            hang.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
