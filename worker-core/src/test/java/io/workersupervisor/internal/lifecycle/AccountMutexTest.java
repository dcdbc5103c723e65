package io.workersupervisor.internal.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.workersupervisor.AccountId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AccountMutexTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final AccountId ONE = AccountId.of(1);
    private static final AccountId TWO = AccountId.of(2);

    private final AccountMutex mutex = new AccountMutex();
    private final ExecutorService others = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        others.shutdownNow();
    }

    /** Lets another thread into the account until the latch is released. */
    private CountDownLatch occupy(AccountId account) throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        others.execute(() -> mutex.call(account, LONG, () -> {
            inside.countDown();
            return await(leave);
        }));
        inside.await();
        return leave;
    }

    private static boolean await(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException stop) {
            return false;
        }
    }

    @Test
    void a_call_gives_its_result() {
        assertThat(mutex.call(ONE, LONG, () -> "done")).contains("done");
    }

    /** P1: within a JVM. */
    @Test
    void one_call_at_a_time_is_inside_an_account() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Callable<Optional<Integer>> call = () -> mutex.call(ONE, LONG, () -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            LockSupport.parkNanos(50_000);
            return inside.decrementAndGet();
        });

        List<Future<Optional<Integer>>> calls =
                others.invokeAll(Stream.generate(() -> call).limit(200).toList());

        for (Future<Optional<Integer>> done : calls) {
            assertThat(done.get()).contains(0);
        }
        assertThat(most).hasValue(1);
    }

    @Test
    void a_call_gives_up_when_the_account_stays_in_use() throws InterruptedException {
        occupy(ONE);

        assertThat(mutex.call(ONE, Duration.ofMillis(20), () -> "done")).isEmpty();
    }

    /** P7. */
    @Test
    void another_account_is_not_waited_for() throws InterruptedException {
        occupy(ONE);

        assertThat(mutex.call(TWO, Duration.ZERO, () -> "done")).contains("done");
    }

    @Test
    void a_call_goes_on_as_soon_as_the_account_is_left() throws Exception {
        CountDownLatch leave = occupy(ONE);
        Future<Optional<String>> waiting = others.submit(() -> mutex.call(ONE, LONG, () -> "done"));

        leave.countDown();

        assertThat(waiting.get()).contains("done");
    }

    @Test
    void a_call_may_be_made_within_a_call() {
        Optional<String> result = mutex.call(
                ONE, LONG, () -> mutex.call(ONE, Duration.ZERO, () -> "inner").orElse("refused"));

        assertThat(result).contains("inner");
    }

    @Test
    void a_call_that_throws_leaves_the_account() throws Exception {
        assertThatThrownBy(() -> mutex.call(ONE, LONG, () -> {
                    throw new IllegalStateException("of the call");
                }))
                .hasMessage("of the call");

        assertThat(others.submit(() -> mutex.call(ONE, Duration.ZERO, () -> "done"))
                        .get())
                .contains("done");
    }

    @Test
    void an_interrupt_ends_the_wait_and_stays_set() throws InterruptedException {
        occupy(ONE);
        Thread.currentThread().interrupt();

        assertThat(mutex.call(ONE, LONG, () -> "done")).isEmpty();
        assertThat(Thread.interrupted()).isTrue();
    }
}
