package io.workersupervisor.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.Rollout;
import io.workersupervisor.RolloutStatus;
import io.workersupervisor.Samples;
import io.workersupervisor.StopOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RolloutFileTest {
    private static final RolloutStatus RUNNING = new RolloutStatus(
            Rollout.to("1.3"),
            RolloutStatus.State.RUNNING,
            Optional.empty(),
            StopOrder.by("alice").because("a leak"),
            Samples.NOW,
            Map.of(AccountId.of(1), "worker", AccountId.of("a"), "other"),
            Optional.of(Samples.NOW.plusSeconds(60)),
            Map.of(AccountId.of(2), "UNKNOWN"),
            Set.of(AccountId.of(3)),
            Map.of(AccountId.of(4), "no host has a spec for it"));

    private static RolloutStatus halted(String because) {
        return RolloutDraft.of(RUNNING).halted(because).status();
    }

    @TempDir
    private Path temporary;

    @Test
    void rollout_is_read_as_it_was_written_and_changed_by_the_one_who_saw_it() throws IOException {
        DataDirectory data = DataDirectory.open(temporary.resolve("data"));
        RolloutFile file = new RolloutFile(data);
        assertThat(file.read()).isEmpty();

        assertThat(file.replace(Optional.empty(), RUNNING)).isTrue();
        assertThat(file.read()).contains(RUNNING);
        assertThat(file.replace(Optional.empty(), halted("late"))).isFalse();
        assertThat(file.read()).contains(RUNNING);
        assertThat(file.replace(Optional.of(RUNNING), halted("enough"))).isTrue();
        assertThat(file.read()).contains(halted("enough"));

        Files.writeString(Layout.rollout(data), "{\"version\":\"1.3\"}");
        assertThatThrownBy(file::read)
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("rollout is damaged");
    }
}
