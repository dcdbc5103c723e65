package io.workersupervisor.examples.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The least that a JVM can do: {@link ProcessBuilder#start()} with a log file each, and {@link Process#onExit()}. No lock,
 * no row, no report; two workers of an account or none are nobody's business.
 */
final class PlainFleet implements Fleet {
    private static final File NULL = new File("/dev/null");

    private final FleetOptions options;
    private final AtomicReferenceArray<Process> processes;
    private volatile boolean wanted;

    PlainFleet(FleetOptions options) {
        this.options = options;
        this.processes = new AtomicReferenceArray<>(options.count());
    }

    @Override
    public void start() {
        wanted = true;
        for (int i = 0; i < options.count(); i++) {
            start(i);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the measurement notices one that cannot be started again
    private void start(int i) {
        try {
            Process process = new ProcessBuilder(options.command())
                    .redirectInput(NULL)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            options.directory().resolve(i + ".log").toFile()))
                    .start();
            processes.set(i, process);
            process.onExit().thenRun(() -> {
                if (wanted) {
                    start(i);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("worker " + i + " cannot be started", e);
        }
    }

    @Override
    public void stop() {
        wanted = false;
        for (int i = 0; i < options.count(); i++) {
            Process process = processes.get(i);
            if (process != null) {
                process.destroy();
            }
        }
        for (int i = 0; i < options.count(); i++) {
            Process process = processes.get(i);
            if (process != null) {
                process.onExit().join();
            }
        }
    }

    @Override
    public void settle() {
        System.gc();
    }

    @Override
    public void close() {
        wanted = false;
    }
}
