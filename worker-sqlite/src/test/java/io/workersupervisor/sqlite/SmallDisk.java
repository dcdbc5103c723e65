package io.workersupervisor.sqlite;

import io.workersupervisor.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of 1 MiB in memory; a test is skipped, with the reason, where it cannot be mounted. */
final class SmallDisk implements AutoCloseable {
    private final Path path;

    private SmallDisk(Path path) {
        this.path = path;
    }

    static SmallDisk mount(Path path) throws IOException {
        Files.createDirectories(path);
        String words = run("mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "worker-test", path.toString());
        Needs.that(words.isEmpty(), "the right to mount a tmpfs: " + words);
        return new SmallDisk(path);
    }

    Path path() {
        return path;
    }

    void makeReadOnly() throws IOException {
        run("mount", "-o", "remount,ro", path.toString());
    }

    @Override
    public void close() throws IOException {
        run("umount", "-l", path.toString());
    }

    /** What a command says where it fails, else nothing. */
    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return process.onExit().join().exitValue() == 0 ? "" : words + " (exit " + process.exitValue() + ")";
    }
}
