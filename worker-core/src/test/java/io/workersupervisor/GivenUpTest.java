package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.RowChanges;
import io.workersupervisor.internal.registry.WorkerIds;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** P2: a host that lives and has given up an account keeps it from nobody. */
@Timeout(60)
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
class GivenUpTest {
    private final LaunchPath path;

    GivenUpTest(LaunchPath path) {
        this.path = path;
    }

    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final AccountId OTHER = AccountId.of(4712);
    private static final int FASTER = 20;

    private TestNode node;

    @BeforeEach
    void open(@TempDir Path directory) {
        node = new TestNode(directory.resolve("data"), new InMemoryWorkerRegistry(), path);
    }

    @AfterEach
    void close() {
        node.close();
    }

    /** Time that runs fast, so that a wait of many seconds takes one. */
    private static Clocks fast(Clocks system) {
        return new Clocks() {
            @Override
            public Instant now() {
                return system.now();
            }

            @Override
            public long nanos() {
                return system.nanos() * FASTER;
            }

            @Override
            public void pause(Duration duration) {
                system.pause(duration.dividedBy(FASTER).plusMillis(1));
            }
        };
    }

    private WorkerSupervisor hostInHaste() {
        return node.host(settings -> {
            settings.seams(seams -> seams.withTiming(GivenUpTest::fast));
            return settings.withoutReconcile();
        });
    }

    private static WorkerSpec sleep(AccountId account) {
        return TestNode.sh(account, "exec sleep 600").build();
    }

    /** A living host, which has a row of an account and does nothing with it. */
    private WorkerRow leftBehind() {
        node.host(WorkerSupervisor.Builder::withoutReconcile)
                .start(sleep(OTHER))
                .orElseThrow();
        WorkerRow of = node.row(OTHER);
        String id = new WorkerIds().next(of.startedAt());
        WorkerRow starting = RowChanges.claimed(
                Optional.empty(),
                sleep(ACCOUNT),
                new RowChanges.Claim(
                        1,
                        id,
                        of.node(),
                        of.startedAt(),
                        Detail.of(of).actor().orElseThrow(),
                        Detail.of(of).bornAfter(),
                        Layout.logName(ACCOUNT, id)));
        assertThat(node.registry.update(Optional.empty(), starting)).isTrue();
        return starting;
    }

    @Test
    void P2_a_start_that_a_living_host_gave_up_is_settled_after_the_wait() {
        leftBehind();

        StartResult started = hostInHaste().start(sleep(ACCOUNT));

        assertThat(started.orElseThrow().epoch()).isEqualTo(2);
        assertThat(node.registry.reports(ACCOUNT, 5))
                .singleElement()
                .satisfies(report -> assertThat(report.reason()).isEqualTo(StopReason.START_FAILED));
    }

    @Test
    void P2_a_stop_that_a_living_host_gave_up_is_gone_on_with_after_the_wait() {
        WorkerRow row = leftBehind();
        assertThat(node.registry.update(
                        Optional.of(row),
                        RowChanges.stopAsked(
                                row, Detail.of(row).actor().orElseThrow(), row.startedAt(), StopOrder.byPerson())))
                .isTrue();

        StartResult started = hostInHaste().start(sleep(ACCOUNT));

        assertThat(started.orElseThrow().epoch()).isEqualTo(2);
    }
}
