package io.workersupervisor.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P1: kernel locks do not hold on network file systems, so that which one a path lies on must not be missed. */
class MountTableTest {
    private static final String ROOT = mount(20, 1, "/", "ext4");

    private static String mount(int id, int parent, String point, String type) {
        return id + " " + parent + " 98:0 / " + point + " rw,noatime master:1 - " + type
                + " /dev/sda1 rw,errors=continue";
    }

    private static MountTable table(String... lines) {
        return new MountTable(List.of(lines));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nfs",
                "nfs4",
                "cifs",
                "smb3",
                "smbfs",
                "9p",
                "afs",
                "ceph",
                "glusterfs",
                "lustre",
                "gpfs",
                "ocfs2",
                "gfs2",
                "fuse",
                "fuse.sshfs",
                "fuse.s3fs"
            })
    void a_network_file_system_is_named(String type) {
        MountTable mounts = table(ROOT, mount(21, 20, "/srv", type));

        assertThat(mounts.networkFileSystem(Path.of("/srv/data"))).contains(type);
        assertThat(mounts.networkFileSystem(Path.of("/srv"))).contains(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs", "btrfs", "overlay", "tmpfs", "zfs", "f2fs", "vfat"})
    void a_local_file_system_is_none(String type) {
        MountTable mounts = table(mount(20, 1, "/", "nfs"), mount(21, 20, "/srv", type));

        assertThat(mounts.networkFileSystem(Path.of("/srv/data"))).isEmpty();
    }

    @Test
    void the_root_itself_may_lie_on_the_network() {
        assertThat(table(mount(20, 1, "/", "nfs4")).networkFileSystem(Path.of("/srv")))
                .contains("nfs4");
    }

    @Test
    void the_nearest_mount_above_a_path_counts_whatever_the_order() {
        String outer = mount(21, 20, "/srv", "nfs");
        String inner = mount(22, 21, "/srv/data", "xfs");

        for (MountTable mounts : List.of(table(ROOT, outer, inner), table(inner, outer, ROOT))) {
            assertThat(mounts.networkFileSystem(Path.of("/srv/data/locks"))).isEmpty();
            assertThat(mounts.networkFileSystem(Path.of("/srv/other"))).contains("nfs");
        }
    }

    @Test
    void a_name_that_only_begins_alike_is_another_directory() {
        MountTable mounts = table(ROOT, mount(21, 20, "/srv/data", "nfs"));

        assertThat(mounts.networkFileSystem(Path.of("/srv/database"))).isEmpty();
    }

    @Test
    void a_later_mount_on_the_same_point_hides_the_earlier_one() {
        MountTable mounts = table(ROOT, mount(21, 20, "/srv", "ext4"), mount(22, 21, "/srv", "nfs"));

        assertThat(mounts.networkFileSystem(Path.of("/srv/data"))).contains("nfs");
    }

    @Test
    void a_later_mount_above_hides_the_earlier_one_below() {
        MountTable mounts = table(ROOT, mount(21, 20, "/srv/data", "ext4"), mount(22, 20, "/srv", "nfs"));

        assertThat(mounts.networkFileSystem(Path.of("/srv/data/locks"))).contains("nfs");
    }

    @Test
    void space_tab_newline_and_backslash_in_a_mount_point_are_read() {
        MountTable mounts = table(ROOT, mount(21, 20, "/srv/a\\040b\\011c\\012d\\134e", "nfs"));

        assertThat(mounts.networkFileSystem(Path.of("/srv/a b\tc\nd\\e/data"))).contains("nfs");
    }

    @Test
    @Needs(Need.UTF_8)
    void a_mount_point_with_other_letters_is_read_as_utf_8() {
        // The file is read as bytes, one character each.
        MountTable mounts = table(ROOT, mount(21, 20, "/srv/\u00c3\u00a4", "nfs"));

        assertThat(mounts.networkFileSystem(Path.of("/srv/ä/data"))).contains("nfs");
    }

    /** P7: somebody's strange mount elsewhere is no reason to refuse a directory. */
    @ParameterizedTest
    @ValueSource(strings = {"/media/\u00ff\u00fe", "/media/a\\00", "/media/a\\9zz", "/media/\\000", "relative", ""})
    void a_mount_point_that_cannot_be_understood_hides_no_other(String point) {
        MountTable mounts = table(ROOT, mount(21, 20, point, "ext4"), mount(22, 20, "/srv", "nfs"));

        assertThat(mounts.networkFileSystem(Path.of("/srv/data"))).contains("nfs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " - ", "20 1 98:0 / /srv rw master:1", "20 - nfs server:/ rw"})
    void a_line_of_another_form_is_read_over(String line) {
        assertThat(table(line, ROOT).networkFileSystem(Path.of("/srv"))).isEmpty();
    }

    @Test
    void a_system_that_does_not_tell_has_none() {
        assertThat(table().networkFileSystem(Path.of("/srv"))).isEmpty();
    }

    @Test
    void optional_fields_may_be_missing() {
        MountTable mounts = table("21 20 0:40 / /srv rw - nfs server:/export rw");

        assertThat(mounts.networkFileSystem(Path.of("/srv/data"))).contains("nfs");
    }
}
