package io.workersupervisor.examples.bench;

import io.workersupervisor.AccountId;
import io.workersupervisor.StopReport;
import io.workersupervisor.spi.RowListing;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** A registry that notes when each call began and ended: where the time of a start goes, seen from outside. */
final class TimedRegistry implements WorkerRegistry {
    private final WorkerRegistry registry;
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

    TimedRegistry(WorkerRegistry registry) {
        this.registry = registry;
    }

    /**
     * One call.
     *
     * @param name the method
     * @param begin {@link System#nanoTime()} before it
     * @param end {@link System#nanoTime()} after it
     */
    record Call(String name, long begin, long end) {
        boolean writes() {
            return name.equals("claim") || name.equals("update") || name.equals("file");
        }

        long nanos() {
            return end - begin;
        }

        @Override
        public String toString() {
            return name + " " + begin + " " + end;
        }

        static Call parse(String line) {
            String[] words = line.split(" ", -1);
            return new Call(words[0], Long.parseLong(words[1]), Long.parseLong(words[2]));
        }
    }

    /** Writes all calls to a file, one a line. */
    void write(Path file) {
        try {
            Files.write(file, calls.stream().map(Call::toString).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private <T> T timed(String name, Supplier<T> call) {
        long begin = System.nanoTime();
        try {
            return call.get();
        } finally {
            calls.add(new Call(name, begin, System.nanoTime()));
        }
    }

    @Override
    public String id() {
        return registry.id();
    }

    @Override
    public Optional<WorkerRow> find(AccountId account) {
        return timed("find", () -> registry.find(account));
    }

    @Override
    public RowListing list(RowSelection selection) {
        return timed("list", () -> registry.list(selection));
    }

    @Override
    public Claimed claim(Optional<WorkerRow> seen, WorkerRow next, Optional<StopReport> ended) {
        return timed("claim", () -> registry.claim(seen, next, ended));
    }

    @Override
    public boolean update(Optional<WorkerRow> seen, WorkerRow next) {
        return timed("update", () -> registry.update(seen, next));
    }

    @Override
    public boolean file(StopReport report) {
        return timed("file", () -> registry.file(report));
    }

    @Override
    public void dropReports(AccountId account, String workerId) {
        registry.dropReports(account, workerId);
    }

    @Override
    public List<StopReport> reports(AccountId account, int most) {
        return timed("reports", () -> registry.reports(account, most));
    }
}
