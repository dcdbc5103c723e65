package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.mockStatic;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.MockedStatic;

/** P1: where locks do not hold between processes no registry is made. */
class RefusedPlaceTest {
    @Test
    void a_registry_on_a_network_file_system_is_refused_and_not_made(@TempDir Path home) {
        Path file = home.resolve("share/registry.db");
        DataDirectoryException refusal = new DataDirectoryException("file system of type nfs4");

        try (MockedStatic<DataDirectory> places = mockStatic(DataDirectory.class, CALLS_REAL_METHODS)) {
            places.when(() -> DataDirectory.requireLocal(file)).thenThrow(refusal);

            assertThatThrownBy(() -> SqliteWorkerRegistry.open(file)).isSameAs(refusal);
        }

        assertThat(file.getParent()).doesNotExist();
    }
}
