package io.workersupervisor.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Need;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of 1 MiB in memory. It takes {@link Need#ROOT} and {@link Need#MOUNT}. */
final class SmallDisk implements AutoCloseable {
    private final Path path;

    private SmallDisk(Path path) {
        this.path = path;
    }

    static SmallDisk mount(Path path) throws IOException {
        Files.createDirectories(path);
        assertThat(run("mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "worker-test", path.toString()))
                .isEmpty();
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
