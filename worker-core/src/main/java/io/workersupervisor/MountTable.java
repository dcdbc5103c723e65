package io.workersupervisor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which file system a path lies on, from {@code /proc/self/mountinfo}. Pure over the lines it was given. */
final class MountTable {
    private static final Set<String> NETWORK = Set.of(
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
            "gfs2");

    private final List<String> lines;

    MountTable(List<String> lines) {
        this.lines = lines;
    }

    /** The mounts of this process; none where the system does not tell. */
    static MountTable system() {
        Path mounts = Path.of("/proc/self/mountinfo");
        try {
            return new MountTable(
                    Files.exists(mounts) ? Files.readAllLines(mounts, StandardCharsets.ISO_8859_1) : List.of());
        } catch (IOException e) {
            throw new DataDirectoryException("cannot read " + mounts + ": " + DataDirectory.reason(e), e);
        }
    }

    /** The type of the network or user-space file system that the path lies on, if it does. */
    Optional<String> networkFileSystem(Path path) {
        return typeOf(path).filter(type -> NETWORK.contains(type) || type.startsWith("fuse"));
    }

    private Optional<String> typeOf(Path path) {
        Optional<String> type = Optional.empty();
        int longest = -1;
        for (String line : lines) {
            // 36 35 98:0 /root /mount/point rw,noatime master:1 - ext4 /dev/sda1 rw
            String[] halves = line.split(" - ", 2);
            String[] fields = halves[0].split(" ", -1);
            if (halves.length < 2 || fields.length < 5) {
                continue;
            }
            Path point = Path.of(unescaped(fields[4]));
            // A later mount on the same point hides the earlier one.
            if (path.startsWith(point) && point.getNameCount() >= longest) {
                longest = point.getNameCount();
                type = Optional.of(halves[1].split(" ", -1)[0]);
            }
        }
        return type;
    }

    /** The kernel writes space, tab, newline and backslash as three octal digits. */
    private static String unescaped(String field) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                out.append((char) Integer.parseInt(field, i + 1, i + 4, 8));
                i += 3;
            } else {
                out.append(field.charAt(i));
            }
        }
        return new String(out.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
