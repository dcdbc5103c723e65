package io.workersupervisor.internal.machine;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds the file system of a path in the lines of {@code /proc/self/mountinfo}. Pure. */
public record MountTable(List<String> lines) {
    private static final Set<String> NETWORK =
            Set.of("nfs nfs4 cifs smb3 smbfs 9p afs ceph glusterfs lustre gpfs ocfs2 gfs2 beegfs virtiofs vboxsf prl_fs"
                    .split(" ", -1));

    private static final Pattern ESCAPE = Pattern.compile("\\\\([0-3][0-7]{2})");

    /** The mounts of this process; none where the system does not list them. */
    public static MountTable system() {
        return new MountTable(SmallFile.read(Path.of("/proc/self/mountinfo"))
                .orElse("")
                .lines()
                .toList());
    }

    /** The type of the network or user-space file system that the path lies on, if it does. */
    public Optional<String> networkFileSystem(Path path) {
        return typeOf(path).filter(type -> NETWORK.contains(type) || type.startsWith("fuse"));
    }

    /** One line: a mount, the mount that it stands on, its place and type. */
    private record Mount(String id, String parent, String point, String type) {
        /** 36 35 98:0 /root /mount/point rw,noatime master:1 - ext4 /dev/sda1 rw */
        static Optional<Mount> parse(String line) {
            String[] halves = line.split(" - ", 2);
            String[] fields = halves[0].split(" ", -1);
            return halves.length < 2 || fields.length < 5
                    ? Optional.empty()
                    : Optional.of(new Mount(
                            fields[0],
                            fields[1],
                            unescaped(fields[4]),
                            halves[1].split(" ", -1)[0]));
        }

        boolean holds(String path) {
            return point.equals("/") || path.equals(point) || (point.startsWith("/") && path.startsWith(point + "/"));
        }
    }

    /** Goes down the tree of mounts as the kernel does: the first of those on one mount hides the others. */
    private Optional<String> typeOf(Path path) {
        List<Mount> mounts =
                lines.stream().flatMap(line -> Mount.parse(line).stream()).toList();
        Set<String> ids = mounts.stream().map(Mount::id).collect(Collectors.toSet());
        Optional<Mount> at = Optional.empty();
        Optional<Mount> next = first(
                mounts,
                path,
                mount -> !ids.contains(mount.parent()) || mount.parent().equals(mount.id()));
        while (next.isPresent()) {
            at = next;
            String below = at.get().id();
            next = first(
                    mounts,
                    path,
                    mount -> mount.parent().equals(below) && !mount.id().equals(below));
        }
        return at.map(Mount::type);
    }

    private static Optional<Mount> first(List<Mount> mounts, Path path, Predicate<Mount> among) {
        return mounts.stream()
                .filter(among)
                .filter(mount -> mount.holds(path.toString()))
                .min(Comparator.comparing(mount -> mount.point().length()));
    }

    /** The kernel writes space, tab, newline and backslash as three octal digits. */
    private static String unescaped(String field) {
        String bytes = ESCAPE.matcher(field)
                .replaceAll(
                        octal -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(octal.group(1), 8))));
        return SmallFile.utf8(bytes);
    }
}
