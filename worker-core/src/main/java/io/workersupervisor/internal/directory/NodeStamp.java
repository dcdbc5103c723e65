package io.workersupervisor.internal.directory;

import static java.util.Objects.requireNonNull;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.MovedDirectoryException;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.SmallFile;
import io.workersupervisor.internal.text.Json;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code data/node}: whose data directory this is.
 *
 * <pre>
 * {"format":1,"node":"...","machine":"...","boot":"...","registry":"...","locks_inode":4711,"locks_device":65024}
 * </pre>
 *
 * <ol>
 *   <li>No stamp: this is a new directory and a new node.
 *   <li>Another boot: the same node, reported to nobody.
 *   <li>Another inode of {@code locks/}, another device in the same boot (its number may change with the boot), or another
 *       machine under another boot: the directory was copied, restored or moved. It is refused, as the original and its
 *       workers may live on, unless the user says that they do not.
 *   <li>A stamp without a device, of an older version: as if it were the same, and completed.
 *   <li>Another registry: reported, and stamped anew; rows there that name other nodes are not touched.
 * </ol>
 *
 * The machine's id is empty where it has none; boot and registry are those of the last stamp.
 */
public record NodeStamp(String node, String machine, String boot, String registry, Place locks) {
    private static final long FORMAT = 1;

    /** A directory's inode, and its device as numbered in the stamp's boot; empty in a stamp of an older version. */
    public record Place(long inode, OptionalLong device) {
        static Place of(Path directory) throws IOException {
            Map<String, Object> found = Files.readAttributes(directory, "unix:ino,dev");
            return new Place(
                    (Long) requireNonNull(found.get("ino")), OptionalLong.of((Long) requireNonNull(found.get("dev"))));
        }

        private boolean isSame(Place other, boolean sameBoot) {
            boolean comparable = sameBoot && device.isPresent() && other.device.isPresent();
            return inode == other.inode && (!comparable || device.equals(other.device));
        }
    }

    /** The stamp that is in force, and notices for people. */
    public record Stamped(NodeStamp stamp, List<String> notices) {}

    public static Optional<NodeStamp> read(DataDirectory data) {
        return SmallFile.readUtf8(Layout.nodeFile(data)).map(text -> parse(Layout.nodeFile(data), text));
    }

    private static NodeStamp parse(Path file, String json) {
        try {
            Map<String, @Nullable Object> map = Json.object(json);
            if (map.get("format") instanceof Long format && format > FORMAT) {
                throw new DataDirectoryException(file + " has format " + format + ", this version knows " + FORMAT
                        + ": use a newer version of the library");
            }
            if (text(map, "node").isEmpty()) {
                throw new IllegalArgumentException("node is empty");
            }
            return new NodeStamp(
                    text(map, "node"),
                    text(map, "machine"),
                    text(map, "boot"),
                    text(map, "registry"),
                    new Place(
                            map.get("locks_inode") instanceof Long inode ? inode : 0,
                            map.get("locks_device") instanceof Long device
                                    ? OptionalLong.of(device)
                                    : OptionalLong.empty()));
        } catch (IllegalArgumentException damaged) {
            throw new DataDirectoryException(
                    file + " is damaged (" + damaged.getMessage()
                            + "): restore it from a copy; it names the node that owns the rows of the registry",
                    damaged);
        }
    }

    /** Reads, checks and renews the stamp; one process at a time, and one thread of this process. */
    public static synchronized Stamped stamp(DataDirectory data, Kernel kernel, String registry, boolean acceptMoved) {
        Path guard = data.path().resolve("node.lock");
        try (FileChannel channel = FileChannel.open(
                        guard, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OwnFiles.FILE);
                FileLock held = channel.lock()) {
            Optional<NodeStamp> old = read(data);
            Place locks = Place.of(Layout.locks(data));
            List<String> notices = new ArrayList<>();
            old.ifPresent(stamp -> stamp.compare(data, kernel, registry, locks, acceptMoved, notices));
            NodeStamp stamp = new NodeStamp(
                    old.map(NodeStamp::node).orElseGet(() -> UUID.randomUUID().toString()),
                    kernel.machineId(),
                    kernel.bootId(),
                    registry,
                    locks);
            if (held.isValid() && !old.equals(Optional.of(stamp))) {
                stamp.write(data);
            }
            return new Stamped(stamp, notices);
        } catch (IOException e) {
            throw new DataDirectoryException("data directory " + data + " cannot be stamped: " + Text.reason(e), e);
        }
    }

    private void compare(
            DataDirectory data,
            Kernel kernel,
            String usedRegistry,
            Place found,
            boolean acceptMoved,
            List<String> notices) {
        boolean otherMachine = !boot.equals(kernel.bootId())
                && !machine.isEmpty()
                && !kernel.machineId().isEmpty()
                && !machine.equals(kernel.machineId());
        if (!locks.isSame(found, isBoot(kernel)) || otherMachine) {
            String what =
                    "data directory " + data + " is not the one that was stamped: it was copied, restored or moved"
                            + (otherMachine ? " from another machine" : "");
            if (!acceptMoved) {
                throw new MovedDirectoryException(
                        what + ". Workers of the original may live on: end them and the hosts that"
                                + " use it, then accept this one once with acceptMovedDirectory()");
            }
            notices.add(what + ", accepted as node " + node);
        }
        if (!registry.equals(usedRegistry)) {
            notices.add("data directory " + data + " was used with registry " + registry + " and is now used with "
                    + usedRegistry + ": a registry was lost or exchanged, what people stopped there is not known here");
        }
    }

    private boolean isBoot(Kernel kernel) {
        return !boot.isEmpty() && boot.equals(kernel.bootId());
    }

    private void write(DataDirectory data) throws IOException {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("format", FORMAT);
        map.put("node", node);
        map.put("machine", machine);
        map.put("boot", boot);
        map.put("registry", registry);
        map.put("locks_inode", locks.inode());
        locks.device().ifPresent(device -> map.put("locks_device", device));
        // An empty stamp after a power failure would block every account.
        OwnFiles.replace(Layout.nodeFile(data), Json.write(map) + "\n");
    }

    /** True if {@code locks/} is still the directory that was stamped. */
    public boolean isIntact(DataDirectory data, Kernel kernel) {
        try {
            return locks.isSame(Place.of(Layout.locks(data)), isBoot(kernel));
        } catch (IOException gone) {
            return false;
        }
    }

    private static String text(Map<String, @Nullable Object> map, String field) {
        if (map.get(field) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(field + " is missing");
    }
}
