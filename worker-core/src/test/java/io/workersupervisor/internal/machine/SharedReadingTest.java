package io.workersupervisor.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** P1: who asks is never given a reading that began before. */
class SharedReadingTest {
    private final AtomicInteger begun = new AtomicInteger();
    private final CountDownLatch first = new CountDownLatch(1);

    private final SharedReading<Integer> reading = new SharedReading<>(() -> {
        int number = begun.incrementAndGet();
        if (number == 1) {
            hold();
        }
        return number;
    });

    private void hold() {
        try {
            first.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void each_that_asks_alone_has_a_reading_of_its_own() {
        first.countDown();

        assertThat(reading.read()).isEqualTo(1);
        assertThat(reading.read()).isEqualTo(2);
    }

    @Test
    void those_that_ask_during_a_reading_share_the_next_one() {
        CompletableFuture<Integer> early = CompletableFuture.supplyAsync(reading::read);
        await().until(() -> begun.get() == 1);
        AtomicInteger asking = new AtomicInteger();
        List<Thread> threads = IntStream.range(0, 8)
                .mapToObj(i -> new Thread(() -> asking.addAndGet(reading.read())))
                .toList();
        threads.forEach(Thread::start);
        await().until(() -> threads.stream().allMatch(thread -> thread.getState() == Thread.State.BLOCKED));

        first.countDown();

        assertThat(early.join()).isEqualTo(1);
        await().until(() -> threads.stream().noneMatch(Thread::isAlive));
        assertThat(asking).as("eight times the second reading").hasValue(16);
    }
}
