package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mockStatic;

import io.workersupervisor.internal.machine.MountTable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.MockedStatic;

/** P1: where locks do not hold between processes nothing is kept, and nothing is made. */
class RefusedPlacesTest {
    @TempDir
    Path home;

    @ParameterizedTest
    @ValueSource(strings = {"nfs4", "cifs", "9p", "fuse.sshfs"})
    void a_data_directory_or_a_file_on_a_network_file_system_is_refused_with_its_type(String type) {
        Path data = home.resolve("share/data");
        Path file = home.resolve("share/registry.db");

        try (MockedStatic<MountTable> mounts = mockStatic(MountTable.class)) {
            mounts.when(MountTable::system)
                    .thenReturn(new MountTable(List.of(
                            "21 1 8:1 / / rw - ext4 /dev/sda1 rw",
                            "22 21 0:40 / " + home.resolve("share") + " rw - " + type + " server:/share rw")));

            assertThatExceptionOfType(DataDirectoryException.class)
                    .isThrownBy(() -> DataDirectory.open(data))
                    .withMessageContaining(data.toString())
                    .withMessageContaining("file system of type " + type);
            assertThatExceptionOfType(DataDirectoryException.class)
                    .isThrownBy(() -> DataDirectory.requireLocal(file))
                    .withMessageContaining(home.resolve("share").toString())
                    .withMessageContaining("file system of type " + type);
            assertThat(DataDirectory.open(home.resolve("local")).path()).exists();
        }

        assertThat(home.resolve("share")).doesNotExist();
    }

    @Test
    void windows_is_refused_by_name() {
        String system = System.getProperty("os.name");
        System.setProperty("os.name", "Windows 11");
        try {
            assertThatExceptionOfType(DataDirectoryException.class)
                    .isThrownBy(() -> DataDirectory.open(home.resolve("data")))
                    .withMessageContaining("cannot be supervised on Windows 11");
            assertThatExceptionOfType(DataDirectoryException.class)
                    .isThrownBy(() -> DataDirectory.existing(home))
                    .withMessageContaining("use Linux");
        } finally {
            System.setProperty("os.name", system);
        }

        assertThat(home.resolve("data")).doesNotExist();
    }
}
