package io.workersupervisor.mongo;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One server on the loopback interface. A shell around it holds a pipe from this JVM and kills it when that closes, so that
 * none outlives a JVM that is killed.
 */
final class Mongod {
    private static final String LEASH = """
            exec 3<&0
            "$@" </dev/null >/dev/null 3<&- &
            mongod=$!
            echo $mongod
            { read -r _; kill -9 $mongod; } <&3 >/dev/null 2>&1 &
            leash=$!
            wait $mongod
            kill $leash 2>/dev/null
            """;

    private final Path directory;
    private final int port;
    private final List<String> command;
    private @Nullable Process shell;
    private long pid;

    Mongod(Path program, Path directory, String... options) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.port = freePort();
        this.command = new ArrayList<>(List.of("/bin/sh", "-c", LEASH, "leash", program.toString()));
        command.addAll(List.of("--bind_ip", "127.0.0.1", "--port", Integer.toString(port), "--nounixsocket"));
        command.addAll(List.of("--dbpath", directory.toString(), "--logpath", log().toString(), "--logappend"));
        command.addAll(List.of("--wiredTigerCacheSizeGB", "0.25"));
        command.addAll(List.of("--setParameter", "diagnosticDataCollectionEnabled=false"));
        command.addAll(List.of(options));
    }

    /** Below the ports that the system gives to clients, so that it is still free after a restart. */
    private static int freePort() throws IOException {
        Random random = new Random();
        for (int attempt = 0; ; attempt++) {
            int candidate = 20_000 + random.nextInt(12_000);
            try (ServerSocket free = new ServerSocket()) {
                free.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), candidate));
                return candidate;
            } catch (IOException taken) {
                if (attempt == 100) {
                    throw taken;
                }
            }
        }
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    synchronized long pid() {
        return pid;
    }

    Path log() {
        return directory.resolve("mongod.log");
    }

    synchronized Mongod start() throws IOException {
        Process started = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("mongod.err").toFile()))
                .start();
        BufferedReader said = started.inputReader(StandardCharsets.UTF_8);
        pid = Long.parseLong(String.valueOf(said.readLine()));
        shell = started;
        return this;
    }

    synchronized boolean isRunning() {
        return shell != null && shell.isAlive();
    }

    /** What a server that did not come up says last. */
    String lastWords() throws IOException {
        List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    }

    /** SIGKILL; returns when it is gone. */
    synchronized void kill() throws IOException, InterruptedException {
        Process present = shell;
        if (present != null) {
            signal("KILL");
            if (!present.waitFor(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("mongod " + pid + " does not end");
            }
            shell = null;
        }
    }

    synchronized void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    synchronized void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        Process present = shell;
        if (present == null || !present.isAlive()) {
            throw new IllegalStateException("mongod " + pid + " is gone");
        }
        int code = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid)
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("kill -" + name + " " + pid + " failed");
        }
    }
}
