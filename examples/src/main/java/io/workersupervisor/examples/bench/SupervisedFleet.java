package io.workersupervisor.examples.bench;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.RegistryException;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopOrder;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.sqlite.SqliteWorkerRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Workers under the library, through its public API, with the durable registry. The library does not restart by itself: a
 * listener gets each end, and the application ensures the account again, on threads of its own.
 */
final class SupervisedFleet implements Fleet {
    /** The number of accounts that are started again or stopped side by side; no start grace keeps a thread waiting. */
    private static final int SIDE_BY_SIDE = 16;

    private final FleetOptions options;
    private final SqliteWorkerRegistry registry;
    private final Optional<TimedRegistry> timed;
    private final ExecutorService pool;
    private final Map<AccountId, WorkerSpec> specs = new LinkedHashMap<>();
    private final WorkerSupervisor supervisor;
    private volatile boolean wanted;

    private SupervisedFleet(FleetOptions options, LaunchPath path) throws IOException {
        this.options = options;
        DataDirectory data = DataDirectory.open(options.directory().resolve("data"));
        for (int i = 0; i < options.count(); i++) {
            AccountId account = AccountId.of(i);
            specs.put(
                    account,
                    WorkerSpec.builder(account, options.command().toArray(String[]::new))
                            .startGrace(options.startGrace())
                            .build());
        }
        if (options.links()) {
            Files.createDirectories(links());
        }
        this.pool = options.startGrace().isZero()
                ? Executors.newFixedThreadPool(SIDE_BY_SIDE, SupervisedFleet::daemon)
                : Executors.newCachedThreadPool(SupervisedFleet::daemon);
        this.registry = SqliteWorkerRegistry.open(data);
        this.timed = options.trace().map(file -> new TimedRegistry(registry));
        this.supervisor = WorkerSupervisor.builder(
                        data, timed.<WorkerRegistry>map(it -> it).orElse(registry))
                .launcher(path)
                .listener(this::onEvent)
                .build();
    }

    static SupervisedFleet open(FleetOptions options, LaunchPath path) {
        try {
            return new SupervisedFleet(options, path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "restarts");
        thread.setDaemon(true);
        return thread;
    }

    private void onEvent(WorkerEvent event) {
        if (event instanceof WorkerEvent.Stopped && wanted) {
            event.account().map(specs::get).ifPresent(spec -> pool.execute(() -> keep(spec)));
        } else if (event instanceof WorkerEvent.Started started && options.links()) {
            link(started.result());
        } else if (event instanceof WorkerEvent.Trouble || event instanceof WorkerEvent.NotStopped) {
            System.err.println(event.describe());
        }
    }

    private void keep(WorkerSpec spec) {
        while (wanted && !isEnsured(spec)) {
            pause();
        }
    }

    private boolean isEnsured(WorkerSpec spec) {
        try {
            StartResult result = supervisor.ensure(spec);
            if (!result.isRunning()) {
                System.err.println(result.describe());
            }
            return result.isRunning();
        } catch (RegistryException busy) {
            System.err.println(busy.getMessage());
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void start() {
        wanted = true;
        supervisor.startAll(specs.values()).forEach((account, result) -> {
            if (!result.isRunning()) {
                System.err.println(result.describe());
            }
        });
    }

    @Override
    public void stop() {
        wanted = false;
        for (StopResult result :
                supervisor.stopAll(specs.keySet(), StopOrder.byApplication()).values()) {
            if (result instanceof StopResult.Refused refused) {
                System.err.println(refused.describe());
            }
        }
    }

    private Path links() {
        return options.directory().resolve("log");
    }

    /** A name that sorts by age. */
    private void link(StartResult.Started started) {
        Path log = options.directory()
                .resolve("data")
                .resolve("worker_" + started.account() + "_" + started.workerId() + ".log");
        try {
            Files.createSymbolicLink(
                    links().resolve("@%012d.%s".formatted(started.epoch(), started.account())), log.toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void settle() {
        timed.ifPresent(calls -> calls.write(options.trace().orElseThrow()));
        System.gc();
    }

    @Override
    public void close() {
        wanted = false;
        pool.shutdown();
        supervisor.close();
        registry.close();
    }
}
