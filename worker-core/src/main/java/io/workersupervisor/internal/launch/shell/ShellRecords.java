package io.workersupervisor.internal.launch.shell;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.SmallFile;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The records of the sh launch path: two small files a worker.
 *
 * <pre>
 * WORKER.birth   1 WORKER ACCOUNT EPOCH BOOT PID_NS TIME_NS PID TICKS LAUNCHER_PID
 * WORKER.exit    WORKER STATUS, padded to 64 bytes; 64 spaces until the worker has ended
 * </pre>
 *
 * A line without its newline is not there yet. A worker's end is the time of its exit record's last change.
 */
public record ShellRecords(DataDirectory data) implements LaunchRecords {
    /** The path of both records without their suffix. */
    Path stem(String workerId) {
        return Layout.records(data).resolve(workerId);
    }

    /** The words of a birth record that are known before the process is. */
    static String birthPrefix(String workerId, AccountId account, long epoch, Kernel kernel) {
        return String.join(
                " ",
                "1",
                workerId,
                Layout.fileName(account),
                Long.toString(epoch),
                word(kernel.bootId()),
                word(kernel.pidNamespace()),
                word(kernel.timeNamespace()));
    }

    @Override
    public Optional<Birth> birth(String workerId) {
        return line(workerId + ".birth")
                .flatMap(ShellRecords::parseBirth)
                .filter(birth -> birth.workerId().equals(workerId));
    }

    private static Optional<Birth> parseBirth(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 10 || !words[0].equals("1")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Birth.of(words, Long.parseLong(words[9])));
        } catch (IllegalArgumentException damaged) {
            // A damaged record proves nothing; lock and environments decide without it.
            return Optional.empty();
        }
    }

    @Override
    public Optional<Exit> exit(String workerId) {
        Path file = Layout.records(data).resolve(workerId + ".exit");
        Optional<String> line = line(workerId + ".exit");
        if (line.isEmpty()) {
            return Optional.empty();
        }
        String[] words = line.get().strip().split(" ", -1);
        if (words.length != 2
                || !words[0].equals(workerId)
                || !words[1].matches("[0-9]{1,2}|1[0-9]{2}|2[0-4][0-9]|25[0-5]")) {
            return Optional.empty();
        }
        try {
            Instant at = Instant.ofEpochMilli(Files.getLastModifiedTime(file).toMillis());
            return Optional.of(Exit.of(ExitStatus.ofShell(Integer.parseInt(words[1])), at));
        } catch (NoSuchFileException acknowledged) {
            // Another host has filed the end meanwhile.
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    @Override
    public List<String> workers() {
        try (Stream<Path> files = Files.list(Layout.records(data))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".birth") || name.endsWith(".exit"))
                    .map(name -> name.substring(0, name.lastIndexOf('.')))
                    .distinct()
                    .sorted()
                    .toList();
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw unreadable(Layout.records(data), e);
        }
    }

    @Override
    public void acknowledge(String workerId) {
        for (String suffix : List.of(".reason", ".ready", ".heartbeat", ".exit", ".birth")) {
            Path file = Layout.records(data).resolve(workerId + suffix);
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new DataDirectoryException("record " + file + " cannot be deleted: " + Text.reason(e), e);
            }
        }
    }

    private Optional<String> line(String name) {
        return SmallFile.read(Layout.records(data).resolve(name))
                .filter(text -> text.indexOf('\n') >= 0)
                .map(text -> text.substring(0, text.indexOf('\n')));
    }

    private static DataDirectoryException unreadable(Path file, IOException e) {
        return new DataDirectoryException(file + " cannot be read: " + Text.reason(e), e);
    }

    private static String word(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
