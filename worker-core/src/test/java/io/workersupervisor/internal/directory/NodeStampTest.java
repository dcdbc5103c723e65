package io.workersupervisor.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.internal.directory.NodeStamp.Stamped;
import io.workersupervisor.internal.machine.Kernel;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeStampTest {
    private static final Kernel MACHINE = new Kernel("machine-a", "boot-a", "pid:[1]", "time:[1]");
    private static final Kernel REBOOTED = new Kernel("machine-a", "boot-b", "pid:[1]", "time:[1]");
    private static final Kernel OTHER = new Kernel("machine-b", "boot-b", "pid:[1]", "time:[1]");

    private final Path home;
    private final DataDirectory data;

    NodeStampTest(@TempDir Path home) {
        this.home = home;
        this.data = DataDirectory.open(home.resolve("data"));
    }

    private static Stamped stamp(DataDirectory data, Kernel machine) {
        return NodeStamp.stamp(data, machine, "registry-a", false);
    }

    private DataDirectory copied() throws IOException {
        Path copy = home.resolve("copy");
        Files.walkFileTree(data.path(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.createDirectory(
                        copy.resolve(data.path().relativize(directory).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, copy.resolve(data.path().relativize(file).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
        return DataDirectory.existing(copy);
    }

    @Test
    void a_new_directory_is_a_new_node() {
        Stamped stamped = stamp(data, MACHINE);

        assertThat(stamped.notices()).isEmpty();
        assertThat(stamped.stamp().node()).isNotBlank();
        assertThat(NodeStamp.read(data)).contains(stamped.stamp());
    }

    @Test
    void two_new_directories_are_two_nodes() {
        DataDirectory other = DataDirectory.open(home.resolve("other"));

        assertThat(stamp(data, MACHINE).stamp().node())
                .isNotEqualTo(stamp(other, MACHINE).stamp().node());
    }

    @Test
    void a_directory_without_a_stamp_has_none() {
        assertThat(NodeStamp.read(data)).isEmpty();
    }

    @Test
    void the_stored_form_is_the_documented_one() throws IOException {
        NodeStamp stamp = stamp(data, MACHINE).stamp();

        assertThat(Layout.nodeFile(data))
                .hasContent("{\"format\":1,\"node\":\"" + stamp.node()
                        + "\",\"machine\":\"machine-a\",\"boot\":\"boot-a\","
                        + "\"registry\":\"registry-a\",\"locks_inode\":"
                        + Files.getAttribute(Layout.locks(data), "unix:ino")
                        + ",\"locks_device\":" + Files.getAttribute(Layout.locks(data), "unix:dev") + "}\n");
    }

    @Test
    void the_stamp_is_readable_by_its_owner_only() throws IOException {
        stamp(data, MACHINE);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Layout.nodeFile(data))))
                .isEqualTo("rw-------");
    }

    @Test
    void stamping_again_changes_and_tells_nothing() throws IOException {
        NodeStamp first = stamp(data, MACHINE).stamp();
        Object file = Files.getAttribute(Layout.nodeFile(data), "unix:ino");

        Stamped again = stamp(data, MACHINE);

        assertThat(again).isEqualTo(new Stamped(first, List.of()));
        assertThat(Files.getAttribute(Layout.nodeFile(data), "unix:ino")).isEqualTo(file);
    }

    @Test
    void stamping_leaves_no_scraps() {
        stamp(data, MACHINE);
        stamp(data, REBOOTED);

        assertThat(data.path().toFile().list())
                .containsExactlyInAnyOrder("node", "node.lock", "locks", "records", "launcher");
    }

    @Test
    void another_boot_is_the_same_node_and_told_nobody() {
        NodeStamp before = stamp(data, MACHINE).stamp();

        Stamped after = stamp(data, REBOOTED);

        assertThat(after.notices()).isEmpty();
        assertThat(after.stamp().node()).isEqualTo(before.node());
        assertThat(after.stamp().boot()).isEqualTo("boot-b");
        assertThat(NodeStamp.read(data)).contains(after.stamp());
    }

    /** P1: the original's workers may live on, under locks that the copy does not have. */
    @Test
    void a_copied_directory_is_refused_and_keeps_its_stamp() throws IOException {
        stamp(data, MACHINE);
        DataDirectory copy = copied();
        String before = Files.readString(Layout.nodeFile(copy));

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> stamp(copy, MACHINE))
                .withMessageContaining(copy.toString())
                .withMessageContaining("copied")
                .withMessageContaining("acceptMovedDirectory()");
        assertThat(Layout.nodeFile(copy)).hasContent(before);
    }

    @Test
    void a_copied_directory_is_accepted_once_and_told() throws IOException {
        String node = stamp(data, MACHINE).stamp().node();
        DataDirectory copy = copied();

        Stamped accepted = NodeStamp.stamp(copy, MACHINE, "registry-a", true);

        assertThat(accepted.stamp().node()).isEqualTo(node);
        assertThat(accepted.notices()).singleElement().asString().contains(copy.toString(), node);
        assertThat(stamp(copy, MACHINE).notices()).isEmpty();
    }

    /** P1: what was locked under the old directory is not locked under the new one. */
    @Test
    void a_locks_directory_that_was_replaced_is_refused() throws IOException {
        stamp(data, MACHINE);
        Files.move(Layout.locks(data), data.path().resolve("old"));
        Files.createDirectory(Layout.locks(data));

        assertThatExceptionOfType(DataDirectoryException.class).isThrownBy(() -> stamp(data, MACHINE));
    }

    /** Fresh file systems number their inodes alike. */
    private void onAnotherDevice() throws IOException {
        long device = (Long) Files.getAttribute(Layout.locks(data), "unix:dev");
        String text = Files.readString(Layout.nodeFile(data));
        Files.writeString(
                Layout.nodeFile(data), text.replace("\"locks_device\":" + device, "\"locks_device\":" + (device + 1)));
    }

    @Test
    void P1_the_same_inode_on_another_device_of_the_same_boot_is_refused() throws IOException {
        stamp(data, MACHINE);
        onAnotherDevice();

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> stamp(data, MACHINE))
                .withMessageContaining("copied");
        assertThat(NodeStamp.read(data).orElseThrow().isIntact(data, MACHINE)).isFalse();
    }

    @Test
    void P2_a_device_that_got_another_number_at_boot_is_accepted_and_stamped() throws IOException {
        NodeStamp before = stamp(data, MACHINE).stamp();
        onAnotherDevice();
        assertThat(NodeStamp.read(data).orElseThrow().isIntact(data, REBOOTED)).isTrue();

        Stamped after = stamp(data, REBOOTED);

        assertThat(after.notices()).isEmpty();
        assertThat(after.stamp().locks()).isEqualTo(before.locks());
    }

    @Test
    void a_stamp_of_an_older_version_is_accepted_and_completed() throws IOException {
        NodeStamp before = stamp(data, MACHINE).stamp();
        String text = Files.readString(Layout.nodeFile(data));
        Files.writeString(Layout.nodeFile(data), text.replaceFirst(",\"locks_device\":[0-9]+", ""));
        assertThat(NodeStamp.read(data).orElseThrow().locks().device()).isEmpty();

        Stamped after = stamp(data, MACHINE);

        assertThat(after).isEqualTo(new Stamped(before, List.of()));
        assertThat(Layout.nodeFile(data)).content().isEqualTo(text);
    }

    @Test
    void a_stamp_knows_whether_the_locks_directory_is_still_its_own() throws IOException {
        NodeStamp stamp = stamp(data, MACHINE).stamp();
        assertThat(stamp.isIntact(data, MACHINE)).isTrue();

        Files.move(Layout.locks(data), data.path().resolve("old"));
        assertThat(stamp.isIntact(data, MACHINE)).isFalse();

        Files.createDirectory(Layout.locks(data));
        assertThat(stamp.isIntact(data, MACHINE)).isFalse();
    }

    @Test
    void another_machine_is_refused_even_where_the_disk_is_the_same() {
        stamp(data, MACHINE);

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> stamp(data, OTHER))
                .withMessageContaining("from another machine");
    }

    /** A container may get another machine id while it runs; the boot is the kernel's. */
    @ParameterizedTest
    @CsvSource({"machine-b, boot-a", "'', boot-b"})
    void a_machine_id_alone_proves_no_move(String machine, String boot) {
        stamp(data, MACHINE);

        assertThat(stamp(data, new Kernel(machine, boot, "pid:[1]", "time:[1]")).notices())
                .isEmpty();
    }

    /** P4: what people stopped in the other registry is not known in this one. */
    @Test
    void another_registry_is_told_once_and_stamped() {
        String node = stamp(data, MACHINE).stamp().node();

        Stamped after = NodeStamp.stamp(data, MACHINE, "registry-b", false);

        assertThat(after.stamp().node()).isEqualTo(node);
        assertThat(after.stamp().registry()).isEqualTo("registry-b");
        assertThat(after.notices()).singleElement().asString().contains("registry-a", "registry-b");
        assertThat(NodeStamp.stamp(data, MACHINE, "registry-b", false).notices())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{}",
                "{\"format\":1}",
                "{\"format\":1,\"node\":7,\"machine\":\"\",\"boot\":\"\",\"registry\":\"\"}",
                "{\"format\":1,\"node\":\"a\",\"machine\":\"\",\"boot\":\"\"}",
                "{\"format\":1,\"node\":\"\",\"machine\":\"\",\"boot\":\"\",\"registry\":\"\",\"locks_inode\":1}",
                "\0\0\0\0"
            })
    void a_damaged_stamp_is_refused_by_name_and_left_as_it_is(String text) throws IOException {
        Files.writeString(Layout.nodeFile(data), text);

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> stamp(data, MACHINE))
                .withMessageContaining(Layout.nodeFile(data).toString())
                .withMessageContaining("is damaged");
        assertThat(Layout.nodeFile(data)).content().isEqualTo(text);
    }

    @Test
    void a_stamp_of_a_newer_version_is_refused_by_name() throws IOException {
        Files.writeString(Layout.nodeFile(data), "{\"format\":2,\"owner\":\"a\"}");

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> stamp(data, MACHINE))
                .withMessageContaining(Layout.nodeFile(data).toString())
                .withMessageContaining("format 2");
    }

    @Test
    void a_stamp_that_cannot_be_read_is_refused_by_name() throws IOException {
        Files.createDirectory(Layout.nodeFile(data));

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> stamp(data, MACHINE))
                .withMessageContaining(Layout.nodeFile(data).toString());
    }

    /** P1: rows are owned by the node, so that two for one directory would be two owners. */
    @Test
    void hosts_that_stamp_a_new_directory_at_once_are_one_node() throws Exception {
        ExecutorService hosts = Executors.newFixedThreadPool(8);
        try {
            CyclicBarrier start = new CyclicBarrier(8);
            Callable<String> host = () -> {
                start.await(60, TimeUnit.SECONDS);
                return stamp(data, MACHINE).stamp().node();
            };

            List<Future<String>> nodes =
                    hosts.invokeAll(Stream.generate(() -> host).limit(8).toList());

            String node = NodeStamp.read(data).orElseThrow().node();
            for (Future<String> stamped : nodes) {
                assertThat(stamped.get()).isEqualTo(node);
            }
        } finally {
            hosts.shutdownNow();
        }
    }
}
