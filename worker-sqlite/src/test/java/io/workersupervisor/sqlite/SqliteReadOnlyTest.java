package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.HostProcess;
import io.workersupervisor.RegistryException;
import io.workersupervisor.Rows;
import io.workersupervisor.spi.RowSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tool looks at a registry, whoever uses it, and leaves no trace. */
class SqliteReadOnlyTest {
    @TempDir
    Path temporary;

    @SuppressWarnings("NullAway.Init")
    private DataDirectory data;

    @SuppressWarnings("NullAway.Init")
    private Path file;

    @BeforeEach
    void directory() {
        data = DataDirectory.open(temporary.resolve("data"));
        file = data.registryFile();
    }

    @Test
    void a_registry_that_nobody_uses() throws IOException {
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data)) {
            registry.update(Optional.empty(), Rows.first(1));
            registry.file(Rows.report(Rows.first(1)));
        }
        Map<String, FileTime> before = traces();

        try (SqliteWorkerRegistry tool = SqliteWorkerRegistry.openReadOnly(data)) {
            assertThat(tool.find(AccountId.of(1))).contains(Rows.first(1));
            assertThat(tool.list(RowSelection.ALL).rows()).hasSize(1);
            assertThat(tool.reports(AccountId.of(1), 5)).containsExactly(Rows.report(Rows.first(1)));
        }

        assertThat(traces()).isEqualTo(before);
    }

    @Test
    void a_registry_that_another_process_uses() throws IOException, InterruptedException {
        try (HostProcess host = HostProcess.start(HoldRegistry.class, file, 3)) {
            String id = host.line();
            Map<String, FileTime> before = traces();

            try (SqliteWorkerRegistry tool = SqliteWorkerRegistry.openReadOnly(data)) {
                assertThat(tool.id()).isEqualTo(id);
                assertThat(tool.list(RowSelection.ALL).rows()).hasSize(3);
            }

            assertThat(traces()).isEqualTo(before);
            host.finish();
            assertThat(traces().keySet()).noneMatch(name -> name.startsWith("registry.db-"));
        }
    }

    @Test
    void a_registry_that_a_killed_process_left() throws IOException, InterruptedException {
        try (HostProcess host = HostProcess.start(HoldRegistry.class, file, 3)) {
            host.line();
            host.kill();
        }
        Map<String, FileTime> before = traces();

        try (SqliteWorkerRegistry tool = SqliteWorkerRegistry.openReadOnly(data)) {
            assertThat(tool.list(RowSelection.ALL).rows()).hasSize(3);
        }

        assertThat(traces()).isEqualTo(before).containsKey("registry.db-wal");
    }

    @Test
    void each_call_sees_the_present_state() {
        try (SqliteWorkerRegistry host = SqliteWorkerRegistry.open(data)) {
            host.update(Optional.empty(), Rows.first(1));
        }
        try (SqliteWorkerRegistry tool = SqliteWorkerRegistry.openReadOnly(data)) {
            assertThat(tool.list(RowSelection.ALL).rows()).hasSize(1);

            try (SqliteWorkerRegistry host = SqliteWorkerRegistry.open(data)) {
                host.update(Optional.empty(), Rows.first(2));
                assertThat(tool.list(RowSelection.ALL).rows()).hasSize(2);
                host.update(Optional.empty(), Rows.first(3));
            }
            assertThat(tool.list(RowSelection.ALL).rows()).hasSize(3);
        }
    }

    /** P7: a tool that looks all the time disturbs no host of its process and is not disturbed. */
    @Test
    void hosts_of_its_own_process_that_come_and_go() throws Exception {
        SqliteWorkerRegistry.open(data).close();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> hosts = thread.submit(() -> ComeAndGo.run(file, 60));

            watchUntil(hosts::isDone, 60);

            hosts.get();
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void hosts_of_another_process_that_come_and_go() throws Exception {
        SqliteWorkerRegistry.open(data).close();
        try (HostProcess hosts = HostProcess.start(ComeAndGo.class, file, 200)) {
            watchUntil(() -> !hosts.isAlive(), 200);

            assertThat(hosts.line()).isEqualTo("done");
        }
    }

    @Test
    void a_program_that_is_just_attaching_is_waited_for() throws Exception {
        Path crashed = temporary.resolve("crashed.db");
        try (SqliteWorkerRegistry host = SqliteWorkerRegistry.open(data)) {
            host.update(Optional.empty(), Rows.first(1));
            Files.copy(file, crashed);
            Files.copy(Snapshot.beside(file, "-wal"), Snapshot.beside(crashed, "-wal"));
        }
        try (HostProcess attaching = HostProcess.start(HalfOpen.class, crashed)) {
            assertThat(attaching.line()).isEqualTo("attached");
            FutureTask<Boolean> look = new FutureTask<>(() -> {
                try (SqliteWorkerRegistry tool = SqliteWorkerRegistry.openReadOnly(crashed)) {
                    return tool.find(AccountId.of(1)).isPresent();
                }
            });
            Thread thread = new Thread(look, "look");
            thread.start();
            await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);

            attaching.finish();

            assertThat(look.get()).isTrue();
        }
    }

    private void watchUntil(BooleanSupplier end, int accounts) {
        try (SqliteWorkerRegistry tool = SqliteWorkerRegistry.openReadOnly(data)) {
            int least = 0;
            while (!end.getAsBoolean()) {
                int found = tool.list(RowSelection.ALL).rows().size();
                assertThat(found).isGreaterThanOrEqualTo(least);
                least = found;
            }
            assertThat(tool.list(RowSelection.ALL).rows()).hasSize(accounts);
        }
    }

    @Test
    void a_copy_without_its_index_is_refused_for_looking_and_recovered_for_writing() throws IOException {
        Path copy = temporary.resolve("copy.db");
        try (SqliteWorkerRegistry host = SqliteWorkerRegistry.open(data)) {
            host.update(Optional.empty(), Rows.first(1));
            Files.copy(file, copy);
            Files.copy(Snapshot.beside(file, "-wal"), Snapshot.beside(copy, "-wal"));
        }

        assertThatThrownBy(() -> SqliteWorkerRegistry.openReadOnly(copy))
                .isInstanceOf(RegistryException.class)
                .hasMessageContainingAll(copy.toString(), "a -wal and no -shm");
        try (SqliteWorkerRegistry recovered = SqliteWorkerRegistry.open(copy)) {
            assertThat(recovered.find(AccountId.of(1))).isPresent();
        }
    }

    @Test
    void a_missing_registry_is_not_made() throws IOException {
        Map<String, FileTime> before = traces();

        assertThatThrownBy(() -> SqliteWorkerRegistry.openReadOnly(data))
                .isInstanceOf(RegistryException.class)
                .hasMessageContainingAll(file.toString(), "is not there");

        assertThat(traces()).isEqualTo(before);
    }

    @Test
    void writing_is_misuse() {
        SqliteWorkerRegistry.open(data).close();

        try (SqliteWorkerRegistry tool = SqliteWorkerRegistry.openReadOnly(data)) {
            assertThatThrownBy(() -> tool.update(Optional.empty(), Rows.first(1)))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> tool.file(Rows.report(Rows.first(1))))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void a_closed_tool_says_so() {
        SqliteWorkerRegistry.open(data).close();
        SqliteWorkerRegistry tool = SqliteWorkerRegistry.openReadOnly(data);

        tool.close();

        assertThatThrownBy(() -> tool.list(RowSelection.ALL)).isInstanceOf(IllegalStateException.class);
    }

    /** Names and times of everything in the data directory. */
    private Map<String, FileTime> traces() throws IOException {
        Map<String, FileTime> traces = new TreeMap<>();
        try (Stream<Path> files = Files.list(data.path())) {
            for (Path found : files.toList()) {
                traces.put(found.getFileName().toString(), Files.getLastModifiedTime(found));
            }
        }
        traces.put(".", Files.getLastModifiedTime(data.path()));
        return traces;
    }
}
