package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** P7: processes and files that say what they should not, and those who look at them. */
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
class StrangersTest {
    private final LaunchPath path;

    StrangersTest(LaunchPath path) {
        this.path = path;
    }

    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final AccountId OTHER = AccountId.of(4712);

    private TestNode node;

    @BeforeEach
    void open(@TempDir Path directory) {
        node = new TestNode(directory.resolve("data"), new InMemoryWorkerRegistry(), path);
    }

    @AfterEach
    void close() {
        node.close();
    }

    private void strangerOf(String account) throws IOException {
        ProcessBuilder stranger = new ProcessBuilder("setsid", "sleep", "600");
        stranger.environment().put("WORKER_DATA", node.data.path().toString());
        stranger.environment().put("WORKER_ACCOUNT", account);
        stranger.environment().put("WORKER_ID", "stranger");
        stranger.start();
        await().until(() ->
                node.workers().stream().anyMatch(worker -> worker.account().equals(account) && worker.leads()));
    }

    @Test
    @Needs(Need.SETSID)
    void P7_a_process_whose_account_is_none_is_told_and_hides_no_other() throws IOException {
        WorkerSupervisor host = node.host();
        host.start(TestNode.sh(ACCOUNT, "exec sleep 600").build()).orElseThrow();
        strangerOf("two words");

        assertThat(host.list())
                .singleElement()
                .extracting(WorkerStatus::account)
                .isEqualTo(ACCOUNT);
        assertThat(host.status(ACCOUNT)).isPresent();
        assertThat(WorkerInspector.of(node.data, node.registry).list()).hasSize(1);
        node.awaitEvent("is not listed: its account name is not valid");
        assertThat(host.doctor()).anyMatch(finding -> finding.text().contains("two words"));

        node.host();

        node.awaitEvent("the registry does not know it: its account name is not valid");
    }

    @Test
    void P7_a_damaged_lock_file_hides_no_other_row_from_the_doctor() throws IOException {
        WorkerSupervisor host = node.host();
        host.stop(ACCOUNT);
        host.stop(OTHER);
        Files.writeString(Layout.lockFile(node.data, ACCOUNT), "nonsense\n");
        Files.writeString(Layout.lockFile(node.data, OTHER), "0000000000000000007\n");

        assertThat(host.doctor())
                .extracting(WorkerInspector.Finding::text)
                .anyMatch(text -> text.startsWith("account 4711: lock file"))
                .anyMatch(text -> text.startsWith("account 4712: epoch 7"))
                .anyMatch(text -> text.contains("2 rows, 0 running"));
    }
}
