package io.workersupervisor.internal.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Ailment;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Redaction;
import io.workersupervisor.Samples;
import io.workersupervisor.SetTiming;
import io.workersupervisor.StopReason;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.internal.diagnosis.Ailments;
import io.workersupervisor.internal.diagnosis.RulesDirectory;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.logs.WorkerLogFile;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P6: a worker that cannot work is told of, whenever what it said was noticed. */
class AilmentWatchTest {
    private static final String CONFLICT =
            "2026-11-24 02:00:01,000 - telethon.client.updates - WARNING - Error executing"
                    + " high-level request after reconnect: <class telethon.errors.rpcerrorlist.AuthKeyDuplicatedError>: used\n";

    private static final String DELIVERED = "2026-11-24 02:00:09,000 - bot - INFO - delivered\n";

    @TempDir
    private Path directory;

    private final SetTiming timing = new SetTiming();
    private final List<Ailment> told = new ArrayList<>();
    private DataDirectory data;
    private AilmentWatch vigil;

    @BeforeEach
    void begin() {
        data = DataDirectory.open(directory.resolve("data"));
        RulesDirectory rules = new RulesDirectory(Layout.rules(data), List.of(), timing, problem -> {});
        vigil = new AilmentWatch(
                data, new Ailments(data, rules, Redaction.standard(), timing), (row, ailment) -> told.add(ailment));
    }

    private static final WorkerSpec SPEC = WorkerSpec.builder(Samples.ACCOUNT, "/bin/true")
            .heartbeat(Duration.ofMinutes(1))
            .build();

    private static WorkerRow starting() {
        return starting(SPEC);
    }

    private static WorkerRow starting(WorkerSpec spec) {
        return RowChanges.claimed(
                Optional.empty(),
                spec,
                new RowChanges.Claim(
                        1,
                        Samples.WORKER,
                        Samples.NODE,
                        Samples.NOW,
                        Samples.HOST,
                        9_900,
                        Layout.logName(Samples.ACCOUNT, Samples.WORKER)));
    }

    private static WorkerRow running() {
        return RowChanges.running(starting(), Samples.PROCESS);
    }

    private void says(String text) throws IOException {
        Path log = data.path().resolve(Detail.of(starting()).log().orElseThrow());
        Files.writeString(log, text);
        vigil.noticed(WorkerLogFile.of(log).orElseThrow().workerId());
    }

    @Test
    void what_was_noticed_before_the_row_was_running_is_looked_at_then() throws IOException {
        says(CONFLICT);

        vigil.lookAtNoticed(List.of(starting()));
        vigil.lookAtNoticed(List.of(running()));

        assertThat(told).extracting(Ailment::reason).containsExactly(Optional.of(StopReason.SESSION_CONFLICT));
    }

    @Test
    void what_was_noticed_before_the_rows_showed_the_worker_is_looked_at_then() throws IOException {
        says(CONFLICT);

        vigil.lookAtNoticed(List.of());
        vigil.lookAtNoticed(List.of(running()));

        assertThat(told).hasSize(1);
    }

    @Test
    void a_worker_that_promised_no_heartbeat_is_looked_at_when_its_log_was_noticed() throws IOException {
        WorkerSpec plain = WorkerSpec.builder(Samples.ACCOUNT, "/bin/true").build();
        List<WorkerRow> open = List.of(RowChanges.running(starting(plain), Samples.PROCESS));
        timing.pass(Duration.ofDays(1));
        vigil.lookAtNoticed(open);
        assertThat(told).isEmpty();

        says(CONFLICT);
        vigil.lookAtNoticed(open);
        vigil.lookAtNoticed(open);

        assertThat(told).extracting(Ailment::reason).containsExactly(Optional.of(StopReason.SESSION_CONFLICT));
    }

    @Test
    void silence_hides_no_ailment_that_the_log_tells_of() throws IOException {
        WorkerRow row = running();
        timing.pass(Duration.ofMinutes(5));
        vigil.lookAtNoticed(List.of(row));
        assertThat(vigil.told(row.workerId())).isEmpty();

        says(CONFLICT);
        vigil.lookAtNoticed(List.of(row));
        Files.writeString(Layout.heartbeatFile(data, row.workerId()), "");
        Files.setLastModifiedTime(Layout.heartbeatFile(data, row.workerId()), FileTime.from(timing.now()));
        vigil.lookAtNoticed(List.of(row));

        assertThat(told).hasSize(2);
        assertThat(told.get(0).text()).contains("no heartbeat since");
        assertThat(told.get(1).reason()).contains(StopReason.SESSION_CONFLICT);
        assertThat(vigil.told(row.workerId())).contains(told.get(1));
    }

    @Test
    void a_log_that_was_not_noticed_is_read_in_a_look_at_all_alone() throws IOException {
        Path log = data.path().resolve(Detail.of(running()).log().orElseThrow());
        says(CONFLICT);
        vigil.lookAtNoticed(List.of(running()));

        Files.writeString(log, CONFLICT + DELIVERED);
        vigil.lookAtNoticed(List.of(running()));
        says(CONFLICT.repeat(2));
        vigil.lookAtNoticed(List.of(running()));
        assertThat(told).hasSize(1);

        Files.writeString(log, CONFLICT + DELIVERED);
        vigil.look(List.of(running()));
        Files.writeString(log, CONFLICT.repeat(2));
        vigil.look(List.of(running()));
        assertThat(told).hasSize(2);
    }
}
