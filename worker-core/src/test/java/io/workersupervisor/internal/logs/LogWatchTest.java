package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.internal.machine.Clocks;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What grows is noticed, by the kernel's word or by looking. */
class LogWatchTest extends OnTailedDirectory {
    private LogWatch watch;

    @BeforeEach
    void begin() {
        // Real time: the kernel's events come when they come.
        watch = new LogWatch(node.data, node.feed(Clocks.system(InstantSource.system())));
    }

    @AfterEach
    void end() throws IOException {
        watch.close();
    }

    @Test
    void files_that_are_there_are_noticed_at_first() throws Exception {
        WorkerLogFile file = node.write(1, "one\n");

        assertThat(await(1)).containsExactly(file);
    }

    @Test
    void a_file_that_grows_is_noticed_and_others_are_not() throws Exception {
        node.write(1, "one\n");
        node.write(2, "two\n");
        await(2);

        node.write(2, "three\n");

        assertThat(await(1)).containsExactly(node.file(2));
    }

    @Test
    void a_new_file_is_noticed() throws Exception {
        watch.await();

        WorkerLogFile file = node.write(1, "one\n");

        assertThat(await(1)).containsExactly(file);
    }

    @Test
    void what_is_no_workers_file_is_not_noticed() throws Exception {
        watch.await();
        Files.writeString(node.data.path().resolve("worker.log"), "a line\n");
        Files.writeString(node.data.path().resolve("worker_1_short.log"), "a line\n");
        WorkerLogFile file = node.write(1, "one\n");

        assertThat(await(1)).containsExactly(file);
    }

    @Test
    void what_grows_while_much_happens_is_noticed_without_the_kernel() throws Exception {
        watch.await();
        for (int round = 0; round < 3; round++) {
            for (int i = 1; i <= 600; i++) {
                node.write(i, "x\n");
            }
            watch.await();
        }
        node.write(700, "at last\n");

        List<WorkerLogFile> noticed = new ArrayList<>();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!noticed.contains(node.file(700)) && System.nanoTime() < deadline) {
            noticed.addAll(watch.await());
        }
        assertThat(noticed).contains(node.file(700));
    }

    /** Until so many files are noticed. */
    private Set<WorkerLogFile> await(int count) throws IOException, InterruptedException {
        Set<WorkerLogFile> all = new java.util.LinkedHashSet<>();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (all.size() < count && System.nanoTime() < deadline) {
            all.addAll(watch.await());
        }
        return all;
    }

    @Test
    void that_the_kernel_refuses_a_watch_is_told_once() throws Exception {
        node.write(1, "one\n");
        List<String> asked = new ArrayList<>();
        LogWatch refused = new LogWatch(node.data, node.feed(), data -> {
            asked.add(data.toString());
            throw new IOException("User limit of inotify watches reached");
        });

        for (int i = 0; i < 3; i++) {
            refused.await();
            node.timing.pass(LogWatch.SWEEP);
        }

        assertThat(asked).hasSize(3);
        assertThat(node.events)
                .filteredOn(event -> event.describe().contains("inotify"))
                .hasSize(1);
    }
}
