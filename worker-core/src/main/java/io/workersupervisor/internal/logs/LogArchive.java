package io.workersupervisor.internal.logs;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.OwnFiles;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Parts of workers' files, compressed: {@code data/logs/archive/worker_ACCOUNT_WORKER.POSITION.log.gz}, where the position
 * is that of the first byte. Used by one thread of one process; readers may look at any time, as a part appears whole.
 */
public record LogArchive(Path directory) {
    private static final String SUFFIX = ".log.gz";
    private static final Pattern NAME = Pattern.compile("(.+)\\.([0-9]{1,18})" + Pattern.quote(SUFFIX));
    private static final int CHUNK = 1 << 20;

    /** A part of a worker's file: its begin, and the size and time of its own file. */
    public record Part(Path path, WorkerLogFile of, long position, long size, long modified) {}

    static Path path(Path directory, WorkerLogFile file, long position) {
        String name = String.valueOf(file.path().getFileName());
        String stem = name.substring(0, name.length() - ".log".length());
        return directory.resolve(String.format(Locale.ROOT, "%s.%016d%s", stem, position, SUFFIX));
    }

    /** Copies bytes of a file; durable when it returns, and there was nothing before. */
    void store(WorkerLogFile file, LogSource source, long offset, long length, long position) throws IOException {
        Path part = path(directory, file, position);
        Path unfinished = directory.resolve("unfinished.tmp");
        Files.deleteIfExists(unfinished);
        OwnFiles.make(unfinished);
        try (FileOutputStream out = new FileOutputStream(unfinished.toFile());
                Fast zipped = new Fast(out)) {
            long at = offset;
            while (at < offset + length) {
                byte[] bytes = source.read(at, (int) Math.min(CHUNK, offset + length - at));
                if (bytes.length == 0) {
                    throw new IOException(file.path() + " was cut while it was archived");
                }
                zipped.write(bytes);
                at += bytes.length;
            }
            zipped.finish();
            out.getFD().sync();
        }
        Files.move(unfinished, part, StandardCopyOption.ATOMIC_MOVE);
        OwnFiles.syncDirectoryOf(part);
    }

    /** The usual level costs three times as much for a tenth less. */
    private static final class Fast extends GZIPOutputStream {
        Fast(FileOutputStream out) throws IOException {
            super(out, 1 << 16);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    boolean contains(WorkerLogFile file, long position) {
        return Files.exists(path(directory, file, position));
    }

    /** All parts, oldest first. */
    public static List<Part> parts(DataDirectory data) throws IOException {
        List<Part> parts = new ArrayList<>();
        if (Files.notExists(Layout.archive(data))) {
            return parts;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Layout.archive(data), "*" + SUFFIX)) {
            for (Path path : all) {
                Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
                Optional<WorkerLogFile.Stat> stat = WorkerLogFile.stat(path);
                if (name.matches() && stat.isPresent()) {
                    WorkerLogFile.of(data.path().resolve(name.group(1) + ".log"))
                            .ifPresent(of -> parts.add(new Part(
                                    path,
                                    of,
                                    Long.parseLong(name.group(2)),
                                    stat.get().size(),
                                    stat.get().modified())));
                }
            }
        }
        parts.sort(Comparator.comparingLong(Part::modified));
        return parts;
    }
}
