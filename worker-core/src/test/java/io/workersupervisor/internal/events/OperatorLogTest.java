package io.workersupervisor.internal.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.workersupervisor.HostProcess;
import io.workersupervisor.Samples;
import io.workersupervisor.StartResult;
import io.workersupervisor.WorkerEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorLogTest {
    private final Path file;

    OperatorLogTest(@TempDir Path directory) {
        file = directory.resolve("worker.log");
    }

    @Test
    void an_event_is_one_line_with_time_level_and_account() throws IOException {
        new OperatorLog(file).append(Samples.trouble("the lock is held"));

        assertThat(file).hasContent("2026-11-24T02:00:00.123Z WARN  4711 the lock is held\n");
    }

    @Test
    void what_is_no_warning_is_information() {
        StartResult.Started started = new StartResult.Started(Samples.ACCOUNT, Samples.WORKER, 4242, 3, Samples.NOW);

        assertThat(OperatorLog.line(new WorkerEvent.Started(Samples.NOW, started)))
                .isEqualTo("2026-11-24T02:00:00.123Z INFO  4711 started worker 01kas9g4bv0123456789abcdef"
                        + " pid 4242 epoch 3");
    }

    @Test
    void an_event_about_all_accounts_names_none() {
        assertThat(OperatorLog.line(new WorkerEvent.Trouble(Samples.NOW, Optional.empty(), "the registry is down")))
                .isEqualTo("2026-11-24T02:00:00.123Z WARN  - the registry is down");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\r\nb", "\n\n", "a\u000bb\fc", "a\u0085b", "\u001b[2J", "a\0b", "\ud83d"})
    void an_event_stays_on_its_line_whatever_its_text(String text) throws IOException {
        OperatorLog log = new OperatorLog(file);

        log.append(Samples.trouble(text));
        log.append(Samples.trouble("next"));

        assertThat(Files.readAllLines(file)).hasSize(2);
        assertThat(Files.readString(file)).doesNotContainPattern("[\\x00-\\x09\\x0b-\\x1f\\x7f\\x85]");
    }

    @Test
    void a_line_that_a_full_disk_cut_does_not_spoil_the_next() throws IOException {
        OperatorLog log = new OperatorLog(file);
        Files.createDirectory(file);
        assertThatThrownBy(() -> log.append(Samples.trouble("the lock is held")))
                .isInstanceOf(IOException.class);
        Files.delete(file);
        Files.writeString(file, "2026-11-24T02:00:00.123Z WARN  4711 the lo");

        log.append(Samples.trouble("next"));

        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "2026-11-24T02:00:00.123Z WARN  4711 the lo", "2026-11-24T02:00:00.123Z WARN  4711 next");
    }

    /** P8. */
    @Test
    void the_file_is_readable_by_its_owner_only() throws IOException {
        new OperatorLog(file).append(Samples.trouble("x"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    /** P5: several hosts share the file. */
    @Test
    void processes_do_not_tear_each_others_lines() throws Exception {
        List<HostProcess> writers = new ArrayList<>();
        try {
            for (String letter : List.of("a", "b", "c")) {
                writers.add(HostProcess.start(AppendLoop.class, file, letter));
            }
            for (HostProcess writer : writers) {
                writer.await("ready");
            }
            writers.forEach(writer -> writer.tell("go"));
            for (HostProcess writer : writers) {
                writer.await("done");
            }
        } finally {
            writers.forEach(HostProcess::close);
        }

        assertThat(Files.readAllLines(file))
                .hasSize(3 * AppendLoop.LINES)
                .allMatch(line -> line.matches(".* 4711 (a{3000}|b{3000}|c{3000})"));
    }

    @Test
    void a_file_that_cannot_be_written_is_told() throws IOException {
        Files.createDirectory(file);

        assertThatThrownBy(() -> new OperatorLog(file).append(Samples.trouble("x")))
                .isInstanceOf(IOException.class);
    }
}
