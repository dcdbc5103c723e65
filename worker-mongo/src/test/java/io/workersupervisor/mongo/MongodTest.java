package io.workersupervisor.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.HostProcess;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tests' own server. */
@NeedsMongod
@Needs(Need.OWN_MONGOD)
class MongodTest {
    @Test
    void a_server_is_gone_when_the_jvm_that_started_it_is_killed(@TempDir Path directory) throws Exception {
        try (HostProcess jvm = HostProcess.start(HoldMongod.class, TestMongo.program(), directory.resolve("data"))) {
            ProcessHandle server = ProcessHandle.of(Long.parseLong(jvm.line())).orElseThrow();
            assertThat(server.isAlive()).isTrue();

            jvm.kill();

            await().until(() -> !server.isAlive());
        }
    }
}
