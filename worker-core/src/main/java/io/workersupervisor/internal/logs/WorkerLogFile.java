package io.workersupervisor.internal.logs;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.registry.WorkerIds;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** The file that one worker writes, {@code data/worker_ACCOUNT_WORKER.log}. */
public record WorkerLogFile(Path path, AccountId account, String workerId) {
    private static final String PREFIX = "worker_";
    private static final String SUFFIX = ".log";

    /** The file that a name stands for just now, its length, and when it was last written, in milliseconds. */
    public record Stat(long inode, long size, long modified) {}

    /** Empty where the name is not that of a worker's file. */
    public static Optional<WorkerLogFile> of(Path path) {
        String name = path.getFileName().toString();
        int underscore = name.lastIndexOf('_');
        if (!name.startsWith(PREFIX) || !name.endsWith(SUFFIX) || underscore < PREFIX.length()) {
            return Optional.empty();
        }
        String workerId = name.substring(underscore + 1, name.length() - SUFFIX.length());
        return WorkerIds.isOne(workerId)
                ? Layout.accountOf(name.substring(PREFIX.length(), underscore))
                        .map(account -> new WorkerLogFile(path, account, workerId))
                : Optional.empty();
    }

    /** The file of a worker that has this name, or had it before others renamed it to a longer one. */
    static Optional<WorkerLogFile> renamed(Path path) {
        String name = path.getFileName().toString();
        int end = name.indexOf(SUFFIX);
        return end < 0 || end + SUFFIX.length() == name.length()
                ? of(path)
                : of(path.resolveSibling(name.substring(0, end + SUFFIX.length())));
    }

    /** All files of a data directory, in order of their account and age. */
    public static List<WorkerLogFile> list(DataDirectory data) throws IOException {
        return list(data, WorkerLogFile::of);
    }

    /** All files, also those that others renamed, under their own names. */
    static List<WorkerLogFile> listRenamed(DataDirectory data) throws IOException {
        return list(data, WorkerLogFile::renamed);
    }

    private static List<WorkerLogFile> list(DataDirectory data, Function<Path, Optional<WorkerLogFile>> naming)
            throws IOException {
        Set<WorkerLogFile> files = new TreeSet<>(Comparator.comparing(WorkerLogFile::path));
        try (DirectoryStream<Path> all = Files.newDirectoryStream(data.path())) {
            all.forEach(path -> naming.apply(path).ifPresent(files::add));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return List.copyOf(files);
    }

    /** The files that are there, in the same order, with what they are just now. */
    static Map<WorkerLogFile, Stat> stats(DataDirectory data) throws IOException {
        Map<WorkerLogFile, Stat> stats = new LinkedHashMap<>();
        for (WorkerLogFile file : list(data)) {
            stat(file.path()).ifPresent(stat -> stats.put(file, stat));
        }
        return stats;
    }

    /** All files by their worker, also those that others renamed. */
    static Map<String, WorkerLogFile> byWorker(DataDirectory data) throws IOException {
        Map<String, WorkerLogFile> files = new HashMap<>();
        listRenamed(data).forEach(file -> files.put(file.workerId(), file));
        return files;
    }

    /** Empty where there is no regular file: a link of the worker's making is not followed. */
    public static Optional<Stat> stat(Path path) throws IOException {
        try {
            Map<String, Object> found = Files.readAttributes(
                    path, "unix:ino,size,lastModifiedTime,isRegularFile", LinkOption.NOFOLLOW_LINKS);
            return found.get("ino") instanceof Long inode
                            && found.get("size") instanceof Long size
                            && found.get("lastModifiedTime") instanceof FileTime modified
                            && Boolean.TRUE.equals(found.get("isRegularFile"))
                    ? Optional.of(new Stat(inode, size, modified.toMillis()))
                    : Optional.empty();
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }
}
