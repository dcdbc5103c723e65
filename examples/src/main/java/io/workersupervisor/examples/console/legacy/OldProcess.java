package io.workersupervisor.examples.console.legacy;

import io.workersupervisor.Redaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * A living process that this library did not start, as {@code /proc} shows it.
 *
 * @param startTicks the clock tick at which it began; with number and boot it names one process
 * @param boot the boot of the kernel
 * @param command its command line, secrets masked
 * @param commandHash of the command line as it is
 * @param owner the name of its user, where known
 */
public record OldProcess(
        long pid,
        long startTicks,
        String boot,
        String command,
        String commandHash,
        Optional<Instant> startedAt,
        Optional<String> owner) {
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);
    private static final long LOOK_AGAIN_MS = 20;

    /**
     * The outcome of an end.
     *
     * @param done whether process and children have ended
     * @param how the steps, or what is in the way
     */
    public record End(boolean done, String how) {}

    /**
     * Looks at a process.
     *
     * @return empty if none of this number lives
     * @throws IOException if that cannot be known
     */
    public static Optional<OldProcess> find(long pid) throws IOException {
        OptionalLong ticks = startTicks(pid);
        if (ticks.isEmpty()) {
            return Optional.empty();
        }
        try {
            byte[] line = Files.readAllBytes(file(pid, "cmdline"));
            Optional<ProcessHandle.Info> info = ProcessHandle.of(pid).map(ProcessHandle::info);
            return Optional.of(new OldProcess(
                    pid,
                    ticks.getAsLong(),
                    Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip(),
                    masked(new String(line, StandardCharsets.UTF_8).split("\0")),
                    hash(line),
                    info.flatMap(ProcessHandle.Info::startInstant),
                    info.flatMap(ProcessHandle.Info::user)));
        } catch (IOException unreadable) {
            if (startTicks(pid).isPresent()) {
                throw inDoubt(pid, unreadable);
            }
            return Optional.empty();
        }
    }

    /** A zombie has ended, and the number of a thread is that of no process: a signal to it would reach all of another one. */
    private static OptionalLong startTicks(long pid) throws IOException {
        try {
            String stat = Files.readString(file(pid, "stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            boolean ended = "ZXx".contains(fields[0]) && Integer.parseInt(fields[17]) <= 1;
            boolean leads = Files.readString(file(pid, "status"), StandardCharsets.ISO_8859_1)
                    .contains("\nTgid:\t" + pid + "\n");
            return ended || !leads ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(fields[19]));
        } catch (IOException unreadable) {
            // A hidden first process means that those of other users are hidden, too.
            if (Files.exists(Path.of("/proc", Long.toString(pid))) || !Files.isReadable(file(1, "stat"))) {
                throw inDoubt(pid, unreadable);
            }
            return OptionalLong.empty();
        }
    }

    private static IOException inDoubt(long pid, IOException unreadable) {
        return new IOException("in doubt: pid " + pid + " cannot be looked at here", unreadable);
    }

    private static Path file(long pid, String name) {
        return Path.of("/proc", Long.toString(pid), name);
    }

    /** A value in the word behind its option is masked as one behind an equals sign. */
    private static String masked(String[] words) {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < words.length; i++) {
            String pair = words[i] + "=" + (i + 1 < words.length ? words[i + 1] : "");
            String masked = Redaction.standard().apply(pair);
            boolean isSecret = words[i].startsWith("-") && !masked.equals(pair);
            shown.add(isSecret ? masked : words[i]);
            i += isSecret ? 1 : 0;
        }
        return Redaction.standard()
                .apply(String.join(" ", shown))
                .replaceAll("\\p{Cntrl}+", " ")
                .strip();
    }

    private static String hash(byte[] line) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(line));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Tells whether this is the process, with the command, that was looked at before. */
    boolean isSame(OldProcess before) {
        return pid == before.pid
                && startTicks == before.startTicks
                && boot.equals(before.boot)
                && commandHash.equals(before.commandHash);
    }

    private boolean lives() throws IOException {
        return startTicks(pid).equals(OptionalLong.of(startTicks));
    }

    /**
     * Ends the process: TERM, then KILL, to it alone. Its children are waited for, and get no signal.
     *
     * @param grace the time between, and for the children
     */
    public End end(Duration grace) throws IOException, InterruptedException {
        if (!lives()) {
            return new End(true, "pid " + pid + " had ended");
        }
        List<OldProcess> children = children();
        if (!signalled(false)) {
            return new End(false, "TERM to pid " + pid + " was refused");
        }
        String how = "TERM to pid " + pid;
        if (!hasEnded(grace)) {
            children.addAll(children());
            if (!signalled(true) || !hasEnded(KILL_PATIENCE)) {
                return new End(false, how + ", it lives after KILL");
            }
            how += ", KILL after " + grace.toMillis() + " ms";
        }
        long deadline = System.nanoTime() + grace.toNanos();
        for (OldProcess child : children) {
            child.hasEnded(Duration.ofNanos(deadline - System.nanoTime()));
        }
        List<String> left = new ArrayList<>();
        for (OldProcess child : children) {
            if (child.lives()) {
                left.add(child.pid + " (" + child.command + ")");
            }
        }
        return left.isEmpty()
                ? new End(true, how + ", it has ended")
                : new End(
                        false,
                        how + ", it has ended; children of it live on: pid "
                                + left.stream().distinct().collect(Collectors.joining(", pid "))
                                + "; end them, then say this again");
    }

    private List<OldProcess> children() throws IOException {
        List<OldProcess> all = new ArrayList<>();
        Optional<ProcessHandle> parent = ProcessHandle.of(pid);
        if (parent.isPresent() && lives()) {
            for (ProcessHandle child : parent.get().descendants().toList()) {
                find(child.pid()).ifPresent(all::add);
            }
        }
        return all;
    }

    /** Signals it if it still lives; the JDK compares the start time of its handle once more. False if it may not. */
    private boolean signalled(boolean kill) throws IOException {
        Optional<ProcessHandle> handle = ProcessHandle.of(pid);
        if (handle.isEmpty() || !lives()) {
            return true;
        }
        return (kill ? handle.get().destroyForcibly() : handle.get().destroy()) || !lives();
    }

    private boolean hasEnded(Duration longest) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (lives()) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            Thread.sleep(LOOK_AGAIN_MS);
        }
        return true;
    }
}
