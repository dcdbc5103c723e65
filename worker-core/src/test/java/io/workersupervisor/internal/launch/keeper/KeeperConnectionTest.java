package io.workersupervisor.internal.launch.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** P7: a keeper that is stopped takes nobody out of its queue, and nobody waits there. */
class KeeperConnectionTest {
    private static final KeeperConnection.Events NOBODY = new KeeperConnection.Events() {
        @Override
        public void ended(KeeperConnection from, String workerId) {}

        @Override
        public void gone(KeeperConnection from) {}
    };

    @Test
    @Timeout(60)
    void a_full_queue_is_an_error_and_no_wait(@TempDir Path directory) throws IOException {
        List<KeeperConnection> open = new ArrayList<>();
        try (ServerSocketChannel stopped = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stopped.bind(UnixDomainSocketAddress.of(directory.resolve("sock")), 1);
            String refusal = "";
            for (int client = 0; client < 10 && refusal.isEmpty(); client++) {
                refusal = connect(directory, open);
            }

            assertThat(refusal).as("the words of the system").isNotEmpty();
        } finally {
            for (KeeperConnection connection : open) {
                connection.channel().close();
            }
        }
    }

    private static String connect(Path directory, List<KeeperConnection> open) {
        try {
            open.add(KeeperConnection.open(directory, NOBODY));
            return "";
        } catch (IOException refused) {
            return String.valueOf(refused.getMessage());
        }
    }
}
