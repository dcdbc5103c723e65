package io.workersupervisor.internal.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mockStatic;

import io.workersupervisor.Samples;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerListener;
import io.workersupervisor.internal.machine.Clocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.MockedStatic;
import org.slf4j.MDC;

@Timeout(20)
class EventsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<String> ends = new CopyOnWriteArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private final Path file;

    EventsTest(@TempDir Path directory) {
        file = directory.resolve("worker.log");
    }

    @AfterEach
    void release() {
        released.countDown();
    }

    private Events events(WorkerListener listener) {
        Events events = new Events(
                Clocks.system(InstantSource.system()), new OperatorLog(file), report -> ends.add(report.workerId()));
        events.add(listener);
        return events;
    }

    private void hear(WorkerEvent event) {
        heard.add(event.describe());
    }

    private void hang() {
        boolean interrupted = true;
        while (interrupted) {
            try {
                released.await();
                interrupted = false;
            } catch (InterruptedException deaf) {
                // A listener that does not listen to that either.
            }
        }
    }

    @Test
    void a_host_that_could_not_be_built_leaves_no_thread_behind() {
        Events events = events(this::hear);

        events.emit(Samples.trouble("it cannot be built"));

        await().until(() -> heard.size() == 1);
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("worker-events")));
    }

    @Test
    void a_listener_hears_events_in_their_order() {
        Events events = events(this::hear);
        List<String> texts = IntStream.range(0, 100).mapToObj(Integer::toString).toList();

        texts.forEach(text -> events.emit(Samples.trouble(text)));
        events.close(PATIENCE);

        assertThat(heard).isEqualTo(texts);
    }

    /** P7. */
    @Test
    void a_listener_that_throws_hears_the_next_event() {
        Events events = events(event -> {
            hear(event);
            throw new StackOverflowError("of the listener");
        });

        events.emit(Samples.trouble("one"));
        events.emit(Samples.trouble("two"));
        events.close(PATIENCE);

        assertThat(heard).containsExactly("one", "two");
    }

    /** P7. */
    @Test
    void a_listener_that_blocks_keeps_neither_the_caller_nor_the_file_waiting() throws IOException {
        Events events = events(event -> hang());

        events.emit(Samples.trouble("one"));
        events.emit(Samples.trouble("two"));

        assertThat(Files.readAllLines(file)).hasSize(2);
    }

    /** P5: what a worker wrote last is shipped whatever the listener does. */
    @Test
    void what_follows_an_end_waits_for_no_listener_and_comes_once() {
        Events events = events(event -> hang());
        WorkerEvent.Stopped stopped = new WorkerEvent.Stopped(Samples.NOW, Samples.report(List.of(), ""));

        events.hear(stopped);
        events.hear(stopped);

        assertThat(ends).containsExactly(stopped.report().workerId());
    }

    /** P7: one supervisor's listener is not another's. */
    @Test
    void a_listener_that_blocks_does_not_keep_other_listeners_waiting() {
        events(event -> hang()).emit(Samples.trouble("one"));

        events(this::hear).emit(Samples.trouble("two"));

        await().until(() -> heard.contains("two"));
    }

    /** P7. */
    @Test
    void a_listener_that_lags_is_told_once_and_keeps_no_other_listener_of_its_host_waiting() {
        Events events = events(event -> hang());
        events.add(this::hear);

        for (int event = 0; event < 2 * Audience.LAGGING; event++) {
            int sent = event;
            events.hear(Samples.trouble("one"));
            if (sent % 100 == 0) {
                await().until(() -> heard.size() >= sent);
            }
        }

        await().until(() -> heard.size() == 2 * Audience.LAGGING + 1);
        assertThat(heard)
                .filteredOn(text -> text.contains("lags: 1000 events wait"))
                .hasSize(1);
    }

    @Test
    void a_listener_that_is_removed_hears_no_more() {
        WorkerListener listener = this::hear;
        Events events = events(listener);
        events.hear(Samples.trouble("one"));

        assertThat(events.remove(listener)).isTrue();
        assertThat(events.remove(listener)).isFalse();
        events.hear(Samples.trouble("two"));
        events.close(PATIENCE);

        await().until(() -> heard.contains("one"));
        assertThat(heard).containsExactly("one");
    }

    @Test
    void closing_lets_the_listener_finish_what_it_has() {
        Events events = events(event -> {
            hang();
            hear(event);
        });
        events.emit(Samples.trouble("one"));
        events.emit(Samples.trouble("two"));

        new Thread(released::countDown).start();
        events.close(PATIENCE);

        assertThat(heard).containsExactly("one", "two");
    }

    @Test
    void closing_waits_as_long_as_it_was_told_and_no_longer() {
        Events events = events(event -> hang());
        events.emit(Samples.trouble("one"));

        long before = System.nanoTime();
        events.close(Duration.ofMillis(100));

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isBetween(Duration.ofMillis(100), PATIENCE);
    }

    @Test
    void an_interrupt_ends_the_wait_and_the_listener_and_stays_set() {
        Events events = events(event -> {
            try {
                released.await();
            } catch (InterruptedException ended) {
                heard.add("interrupted");
            }
        });
        events.emit(Samples.trouble("one"));

        Thread.currentThread().interrupt();
        events.close(PATIENCE);

        assertThat(Thread.interrupted()).isTrue();
        await().until(() -> heard.contains("interrupted"));
    }

    @Test
    void the_account_is_in_the_mdc_while_an_event_is_written_and_not_after() {
        Events events = events(this::hear);

        try (MockedStatic<MDC> mdc = mockStatic(MDC.class)) {
            events.emit(Samples.trouble("one"));

            mdc.verify(() -> MDC.put("worker.account", "4711"));
            mdc.verify(() -> MDC.remove("worker.account"));
        }
    }

    @Test
    void an_event_after_the_end_is_still_written() throws IOException {
        Events events = events(this::hear);
        events.close(PATIENCE);

        events.emit(Samples.trouble("late"));

        assertThat(Files.readAllLines(file)).singleElement().asString().endsWith("late");
        assertThat(heard).isEmpty();
    }

    /** P7. */
    @Test
    void a_file_that_cannot_be_written_does_not_keep_an_event_from_the_listener() throws IOException {
        Files.createDirectory(file);
        Events events = events(this::hear);

        events.emit(Samples.trouble("one"));
        events.close(PATIENCE);

        assertThat(heard).containsExactly("one");
    }
}
