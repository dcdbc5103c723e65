package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.Readiness;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.logs.entries.Ansi;
import io.workersupervisor.internal.logs.entries.LineBytes;
import io.workersupervisor.internal.machine.FileMark;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.registry.Limits;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Looks for the sign by which one worker shows that it is ready. Each look reads what its log got since the last one; not
 * thread-safe.
 */
public final class ReadySign {
    /** A longer line is looked at in pieces. */
    private static final int CHUNK = 64 * 1024;

    private final Readiness sign;
    private final Path file;
    private final String mark;
    private final Optional<Pattern> pattern;
    private long next;

    private ReadySign(Readiness sign, Path file, String mark) {
        this.sign = sign;
        this.file = file;
        this.mark = mark;
        this.pattern = sign.line().map(Pattern::compile);
    }

    /** The sign that the worker of a row has not shown yet; empty if none is waited for. */
    public static Optional<ReadySign> of(WorkerRow row, DataDirectory data) {
        Limits limits = Detail.of(row).limits(row.epoch());
        return limits.unready().map(sign -> new ReadySign(sign, file(sign, row, data), limits.mark()));
    }

    private static Path file(Readiness sign, WorkerRow row, DataDirectory data) {
        return sign.line().isPresent()
                ? data.path().resolve(Detail.of(row).log().orElse(""))
                : sign.path().orElseGet(() -> Layout.readyFile(data, row.workerId()));
    }

    /** The file of the sign before the worker is started, where it may lie there from another one. */
    static Optional<String> mark(WorkerRow claimed) {
        return Detail.of(claimed)
                .limits(claimed.epoch())
                .unready()
                .flatMap(Readiness::path)
                .map(FileMark::of);
    }

    public boolean isSeen() {
        if (pattern.isEmpty()) {
            String now = FileMark.of(file);
            return !now.isEmpty() && !now.equals(mark);
        }
        try {
            return isInLog(pattern.get());
        } catch (IOException notYet) {
            return false;
        }
    }

    private boolean isInLog(Pattern line) throws IOException {
        try (SeekableByteChannel channel = TailOfLog.opened(file)) {
            if (channel.size() < next) {
                next = 0;
            }
            while (channel.size() > next) {
                byte[] bytes = TailOfLog.bytes(channel.position(next), CHUNK);
                int end = wholeLines(bytes);
                if (end == 0) {
                    return false;
                }
                for (int from = 0; from < end; from = LineBytes.nextLine(bytes, from, end)) {
                    int to = LineBytes.nextLine(bytes, from, end);
                    byte[] plain = Ansi.strip(bytes, from, bytes[to - 1] == '\n' ? to - 1 : to);
                    if (RuleMatch.find(line, new String(plain, StandardCharsets.UTF_8))
                            .isPresent()) {
                        return true;
                    }
                }
                next += end;
            }
            return false;
        }
    }

    private static int wholeLines(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end == 0 && bytes.length == CHUNK ? CHUNK : end;
    }

    /** The finding of a worker that is not ready in time. */
    public String missing() {
        String limit = Text.words(sign.limit());
        return "not ready within " + limit + ", " + sign + " was not seen";
    }
}
