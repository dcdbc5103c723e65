package io.workersupervisor.internal.launch.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The programs in the jar, and where they are put. */
class KeeperBinaryTest {
    private static final int MACHINE_FIELD = 18;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"keeper-linux-x86_64,62", "keeper-linux-aarch64,183"})
    void each_program_is_as_listed_and_for_its_machine(String name, int machine) throws Exception {
        byte[] bytes = KeeperBinary.load(name).bytes();

        assertThat(bytes).startsWith(0x7f, 'E', 'L', 'F');
        assertThat(bytes[MACHINE_FIELD] & 0xff).isEqualTo(machine);
    }

    @Test
    void one_that_is_not_listed_is_refused_by_name() {
        assertThatThrownBy(() -> KeeperBinary.load("keeper-linux-vax"))
                .isInstanceOf(KeeperUnavailableException.class)
                .hasMessageContaining("keeper-linux-vax is not listed");
    }

    @Test
    void P8_it_is_installed_for_its_owner_alone_and_a_changed_file_is_replaced() throws Exception {
        KeeperBinary binary = KeeperBinary.load();
        Path place = Files.createDirectory(directory.resolve("bin"));
        Path file = binary.install(place);
        Files.writeString(file, "something else");

        Path again = binary.install(place);

        assertThat(again).isEqualTo(file);
        assertThat(Files.readAllBytes(file)).isEqualTo(binary.bytes());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rwx------");
    }

    @Test
    void a_context_is_the_same_for_the_same_process_and_another_for_another_build() throws Exception {
        KeeperBinary binary = KeeperBinary.load();
        KeeperBinary other = new KeeperBinary(binary.bytes(), "f".repeat(64));

        assertThat(KeeperContext.current(binary)).isEqualTo(KeeperContext.current(binary));
        assertThat(KeeperContext.current(other)).isNotEqualTo(KeeperContext.current(binary));
        assertThat(KeeperContext.current(binary).name())
                .startsWith(binary.version() + "-")
                .matches("[a-z0-9-]+");
    }

    @Test
    void a_context_depends_on_all_that_a_worker_inherits() throws Exception {
        KeeperBinary binary = KeeperBinary.load();
        Path self = Files.createDirectories(directory.resolve("self"));
        Files.createDirectories(self.resolve("ns"));
        for (String link : new String[] {"ns/pid", "ns/mnt", "ns/net", "root"}) {
            Files.createSymbolicLink(self.resolve(link), Path.of("target"));
        }
        Files.writeString(self.resolve("cgroup"), "0::/one\n");
        Files.writeString(self.resolve("status"), "Name:\tjava\nUid:\t1\t1\t1\t1\nVmRSS:\t5 kB\n");
        Files.writeString(self.resolve("stat"), "1 (java) S" + " 0".repeat(49));
        KeeperContext first = KeeperContext.of(binary, self);

        Files.writeString(self.resolve("status"), "Name:\tjava\nUid:\t1\t1\t1\t1\nVmRSS:\t6 kB\n");
        KeeperContext same = KeeperContext.of(binary, self);
        Files.writeString(self.resolve("cgroup"), "0::/two\n");
        KeeperContext otherGroup = KeeperContext.of(binary, self);
        Files.writeString(self.resolve("status"), "Uid:\t2\t2\t2\t2\n");
        KeeperContext otherUser = KeeperContext.of(binary, self);
        Files.delete(self.resolve("ns/pid"));
        Files.createSymbolicLink(self.resolve("ns/pid"), Path.of("other"));
        KeeperContext otherNamespace = KeeperContext.of(binary, self);
        Files.createSymbolicLink(self.resolve("ns/time"), Path.of("other"));
        KeeperContext otherTime = KeeperContext.of(binary, self);
        Files.writeString(self.resolve("oom_score_adj"), "500\n");
        KeeperContext otherPreference = KeeperContext.of(binary, self);
        Files.writeString(self.resolve("status"), "Uid:\t2\t2\t2\t2\nCpus_allowed:\t3\n");
        KeeperContext otherProcessors = KeeperContext.of(binary, self);
        Files.writeString(self.resolve("stat"), "1 (java) S" + " 0".repeat(37) + " 5" + " 0".repeat(11));
        KeeperContext otherPolicy = KeeperContext.of(binary, self);

        assertThat(same).isEqualTo(first);
        assertThat(List.of(
                        first,
                        otherGroup,
                        otherUser,
                        otherNamespace,
                        otherTime,
                        otherPreference,
                        otherProcessors,
                        otherPolicy))
                .doesNotHaveDuplicates();
    }
}
