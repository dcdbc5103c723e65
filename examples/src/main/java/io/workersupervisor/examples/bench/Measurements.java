package io.workersupervisor.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One round of each metric, of one path; values go to the samples. */
final class Measurements {
    /** The number of settled workers when one is killed. */
    private static final int SETTLED = 20;

    private static final long BETWEEN_WARM_UPS = 40;

    private final BenchOptions options;
    private final BenchPrograms programs;
    private final Samples samples = new Samples();
    private final Samples steps = new Samples();

    Measurements(BenchOptions options, BenchPrograms programs) {
        this.options = options;
        this.programs = programs;
    }

    Samples samples() {
        return samples;
    }

    /** The times of single starts by step, for the paths of the library. */
    Samples steps() {
        return steps;
    }

    void measure(BenchOptions.Metric metric, BenchPath path) throws IOException, InterruptedException {
        switch (metric) {
            case START -> start(path);
            case STEPS -> steps(path);
            case RESTART -> restart(path);
            case CRASH -> crash(path);
            case MEMORY -> memory(path);
            case IDLE -> throw new IllegalArgumentException("idle is measured for all paths at once");
        }
    }

    private void put(String row, BenchPath path, double value) {
        samples.add(row, path.toString(), value);
    }

    /** Longer than the start grace. */
    private void settle() throws InterruptedException {
        Thread.sleep(options.startGrace().plusMillis(200).toMillis());
    }

    private void pause(boolean warmsUp) throws InterruptedException {
        if (warmsUp) {
            Thread.sleep(BETWEEN_WARM_UPS);
        } else {
            settle();
        }
    }

    private void start(BenchPath path) throws IOException, InterruptedException {
        for (int size : options.sizes()) {
            try (BenchSession session = BenchSession.open(path, options, programs, size)) {
                put("start of " + size + ", ms", path, session.start(size));
            }
        }
    }

    private void restart(BenchPath path) throws IOException, InterruptedException {
        try (BenchSession session = BenchSession.open(path, options, programs, SETTLED)) {
            session.start(SETTLED);
            for (int sample = 0; sample < options.settled() + options.samplesARound(); sample++) {
                pause(sample < options.settled());
                // The oldest is the one that is not among the last twenty after each kill.
                long pid = session.stamps().all().get(sample).pid();
                double millis = kill(session, List.of(pid)).millis();
                if (sample >= options.settled()) {
                    put("restart after SIGKILL, " + options.settled() + " before it, ms", path, millis);
                }
            }
        }
    }

    private record Kill(long begin, long end) {
        double millis() {
            return (end - begin) / 1e6;
        }
    }

    /** Kills, and waits for as many replacements. */
    private static Kill kill(BenchSession session, List<Long> pids) throws IOException, InterruptedException {
        int before = session.stamps().count();
        List<ProcessHandle> victims =
                pids.stream().flatMap(pid -> ProcessHandle.of(pid).stream()).toList();
        long begin = System.nanoTime();
        victims.forEach(ProcessHandle::destroyForcibly);
        List<Stamps.Stamp> all = session.stamps().await(before + pids.size(), BenchSession.PATIENCE);
        return new Kill(begin, Stamps.last(all.subList(before, before + pids.size())));
    }

    private void crash(BenchPath path) throws IOException, InterruptedException {
        int crowd = options.crowd();
        try (BenchSession session = BenchSession.open(path, options, programs, crowd)) {
            session.start(crowd);
            settle();
            List<Long> pids = pids(session.stamps().all());
            put(
                    crowd + " killed at once, all replaced, ms",
                    path,
                    kill(session, pids).millis());
            settle();
            List<Stamps.Stamp> all = session.stamps().all();
            long begin = session.order("stop");
            put(
                    crowd + " stopped, all gone, ms",
                    path,
                    (gone(pids(all.subList(all.size() - crowd, all.size()))) - begin) / 1e6);
            session.await("STOPPED");
        }
    }

    private static List<Long> pids(List<Stamps.Stamp> stamps) {
        return stamps.stream().map(Stamps.Stamp::pid).toList();
    }

    /** The time at which the last of them has left the process table. */
    private static long gone(List<Long> pids) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + BenchSession.PATIENCE.toNanos();
        for (long pid : pids) {
            while (SessionProcesses.exists(pid)) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("pid " + pid + " is still there");
                }
                Thread.sleep(1);
            }
        }
        return System.nanoTime();
    }

    private void memory(BenchPath path) throws IOException, InterruptedException {
        int most = options.sizes().stream().mapToInt(Integer::intValue).max().orElseThrow();
        double none = memory(path, 0);
        double one = memory(path, 1);
        double all = memory(path, most);
        put("memory with no worker, MiB", path, none / 1_024);
        put("memory with " + most + " workers, MiB", path, all / 1_024);
        put("memory a worker: " + most + " against none, KiB", path, (all - none) / most);
        if (most > 1) {
            put("memory a further worker: " + most + " against 1, KiB", path, (all - one) / (most - 1));
            double twice = memory(path, 2 * most);
            put("memory a further worker: " + 2 * most + " against " + most + ", KiB", path, (twice - all) / most);
        }
    }

    private double memory(BenchPath path, int count) throws IOException, InterruptedException {
        try (BenchSession session = BenchSession.open(path, options, programs, count)) {
            if (count > 0) {
                session.start(count);
            }
            settle();
            session.order("settle");
            session.await("SETTLED");
            Thread.sleep(500);
            return SessionProcesses.memoryKib(session.side());
        }
    }

    private void steps(BenchPath path) throws IOException, InterruptedException {
        List<Kill> starts = new ArrayList<>();
        List<Kill> restarts = new ArrayList<>();
        try (BenchSession session = BenchSession.traced(path, options, programs, 1)) {
            for (int sample = -options.settled(); sample < options.samplesARound(); sample++) {
                int before = session.stamps().count();
                long begin = session.order("start");
                List<Stamps.Stamp> all = session.stamps().await(before + 1, BenchSession.PATIENCE);
                session.await("STARTED");
                pause(sample < 0);
                Kill restart = kill(session, List.of(all.get(before).pid()));
                pause(sample < 0);
                session.order("stop");
                session.await("STOPPED");
                if (sample >= 0) {
                    starts.add(new Kill(begin, all.get(before).nanos()));
                    restarts.add(restart);
                }
            }
            starts.forEach(start -> put("start of 1, settled JVM, ms", path, start.millis()));
            restarts.forEach(restart -> put("restart of 1, settled JVM, ms", path, restart.millis()));
            if (path.isSupervised()) {
                session.order("settle");
                session.await("SETTLED");
                List<TimedRegistry.Call> calls = Files.readAllLines(session.trace()).stream()
                        .map(TimedRegistry.Call::parse)
                        .toList();
                explain(path + " start", calls, starts);
                explain(path + " restart", calls, restarts);
            }
        }
    }

    private void explain(String column, List<TimedRegistry.Call> calls, List<Kill> all) {
        for (Kill one : all) {
            StepTimes.of(calls, one.begin(), one.end()).forEach((step, value) -> steps.add(step, column, value));
        }
    }

    /** All paths at once: idle ones hardly disturb each other. */
    void idle() throws IOException, InterruptedException {
        Map<BenchPath, BenchSession> up = new LinkedHashMap<>();
        try {
            for (BenchPath path : options.paths()) {
                BenchSession session = BenchSession.open(path, options, programs, options.crowd());
                up.put(path, session);
                session.start(options.crowd());
            }
            Thread.sleep(Math.min(10_000, options.idle().toMillis()));
            Map<BenchPath, Map<String, Long>> before = new LinkedHashMap<>();
            for (Map.Entry<BenchPath, BenchSession> one : up.entrySet()) {
                before.put(
                        one.getKey(), SessionProcesses.cpuNanos(one.getValue().side()));
            }
            Thread.sleep(options.idle().toMillis());
            for (Map.Entry<BenchPath, BenchSession> one : up.entrySet()) {
                Map<String, Long> earlier = before.getOrDefault(one.getKey(), Map.of());
                long nanos = SessionProcesses.cpuNanos(one.getValue().side()).entrySet().stream()
                        .mapToLong(thread -> thread.getValue() - earlier.getOrDefault(thread.getKey(), 0L))
                        .sum();
                put(
                        "idle CPU with " + options.crowd() + " workers, s a minute",
                        one.getKey(),
                        nanos * 60.0 / options.idle().toNanos());
            }
        } finally {
            up.values().forEach(BenchSession::close);
        }
    }
}
