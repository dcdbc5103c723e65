package io.workersupervisor.sqlite;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.Desired;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.HostProcess;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.StopReport;
import io.workersupervisor.StopResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Many hosts with many threads at the same accounts, and what must hold afterwards.
 *
 * @param jvms how many hosts
 * @param threads how many threads each
 * @param accounts how many accounts
 * @param seed of every choice
 */
record Race(LaunchPath launcher, int jvms, int threads, int accounts, long seed) {
    private static final int OPERATIONS = 10;
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(5);
    /** Nobody here is a stranger, and no lock is held without a worker or its launcher. */
    private static final Set<String> ANSWERS = Set.of(
            "Started",
            "AlreadyRunning",
            "Failed",
            "Stopped",
            "STOPPED_BY_OPERATOR",
            "STARTING",
            "STOPPING",
            "CONTENDED",
            "DESCENDANTS_LEFT");

    private static final Set<ExitStatus> SEEN_BY_A_LAUNCHER = Set.of(
            ExitStatus.ofShell(143),
            ExitStatus.ofShell(137),
            new ExitStatus.Signalled(15),
            new ExitStatus.Signalled(9),
            new ExitStatus.Exited(3));

    /** A zombie tells its status as long as nobody has reaped it. */
    private static final Set<ExitStatus> SEEN_OR_NOT = Set.of(
            ExitStatus.ofShell(143),
            ExitStatus.ofShell(137),
            new ExitStatus.Exited(3),
            new ExitStatus.Signalled(15),
            new ExitStatus.Signalled(9),
            new ExitStatus.Unknown(""));

    /** What dies during a race. */
    enum Deaths {
        NOBODY,
        ONE_HOST,
        /** One host, and workers all the time. */
        HOST_AND_WORKERS,
        /** One host, workers, and the launchers behind them. */
        ANYBODY
    }

    /** Each thread of each host starts each account. */
    void start(Deaths deaths) throws Exception {
        run("start", deaths, (evidence, results) -> {
            Map<String, Long> starts = results.stream()
                    .map(line -> line.split(" ", -1))
                    .filter(words -> words[3].equals("Started"))
                    .collect(groupingBy(words -> words[2], counting()));
            assertThat(results)
                    .as("answers")
                    .allMatch(line -> line.contains(" Started ") || line.endsWith(" AlreadyRunning"));
            assertThat(starts.values()).as("starts of an account: %s", starts).allMatch(times -> times == 1);
            if (deaths == Deaths.NOBODY) {
                assertThat(results).hasSize(jvms * threads * accounts);
                assertThat(starts).hasSize(accounts);
            }
            if (deaths == Deaths.ONE_HOST) {
                assertThat(results)
                        .as("answers of hosts, one of them killed")
                        .hasSizeLessThan(jvms * threads * accounts);
            }
            assertThat(evidence.ran()).as("workers that ran").hasSize(accounts);
        });
    }

    /** Each thread of each host starts, ensures, restarts and stops at random. */
    void mixed(Deaths deaths) throws Exception {
        run(
                "mixed",
                deaths,
                (evidence, results) ->
                        assertThat(results).as("answers").allMatch(line -> ANSWERS.contains(line.split(" ", -1)[3])));
    }

    private interface Check {
        void check(WorkerEvidence evidence, List<String> results) throws Exception;
    }

    private void run(String kind, Deaths deaths, Check check) throws Exception {
        long begun = System.nanoTime();
        Path top = Files.createTempDirectory("race-");
        List<HostProcess> hosts = new ArrayList<>();
        try (WorkerEvidence evidence = new WorkerEvidence(top, accounts, launcher)) {
            Random random = new Random(seed);
            int victim = deaths == Deaths.NOBODY ? -1 : random.nextInt(jvms);
            int answers = 1 + random.nextInt(deaths == Deaths.ONE_HOST ? accounts / 2 : threads * OPERATIONS / 2);
            for (int host = 0; host < jvms; host++) {
                long own = seed * 31 + host * 1000L;
                Map<String, String> death =
                        host == victim ? Map.of("host.answers", Integer.toString(answers)) : Map.of();
                hosts.add(evidence.host(RaceHost.class, death, kind, threads, accounts, OPERATIONS, own));
            }
            for (HostProcess host : hosts) {
                host.await("ready");
            }
            hosts.forEach(host -> host.tell("go"));
            harass(hosts, evidence, deaths, random);
            List<String> results = new ArrayList<>();
            for (HostProcess host : hosts) {
                host.finish();
                host.seen().stream().filter(line -> line.startsWith("result ")).forEach(results::add);
            }
            if (victim >= 0) {
                assertThat(hosts.get(victim).wasKilled())
                        .as("the host that was to die did")
                        .isTrue();
            }
            long raced = System.nanoTime();
            try (Aftermath next = Aftermath.of(evidence)) {
                next.settle();
                judge(evidence, next, deaths == Deaths.ANYBODY ? SEEN_OR_NOT : SEEN_BY_A_LAUNCHER);
                if (deaths == Deaths.NOBODY) {
                    next.everyEndIsTold();
                }
                check.check(evidence, results);
            }
            System.out.printf(
                    "%s, %s: %d hosts x %d threads x %d accounts, %d workers ran, raced %.1f s, judged %.1f s, answers %s%n",
                    kind,
                    deaths,
                    jvms,
                    threads,
                    accounts,
                    evidence.ran().size(),
                    (raced - begun) / 1e9,
                    (System.nanoTime() - raced) / 1e9,
                    counted(results));
            delete(top);
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError(
                    kind + ", " + deaths + ", seed " + seed + ", see " + top + ": " + failed.getMessage(), failed);
        } finally {
            hosts.forEach(HostProcess::close);
        }
    }

    private static void delete(Path top) throws IOException {
        try (Stream<Path> files = Files.walk(top)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Map<String, Long> counted(List<String> results) {
        return results.stream()
                .map(line -> line.split(" ", -1))
                .collect(groupingBy(words -> words[1] + " " + words[3], TreeMap::new, counting()));
    }

    /** Kills workers and launchers, until the last host is done or dead. */
    private void harass(List<HostProcess> hosts, WorkerEvidence evidence, Deaths deaths, Random random)
            throws InterruptedException {
        long begun = System.nanoTime();
        while (!hosts.stream().allMatch(Race::isOver)) {
            assertThat(System.nanoTime() - begun).as("time for the race").isLessThan(LONGEST_NANOS);
            // There is one keeper, and a launcher a worker.
            boolean keeper = launcher == LaunchPath.KEEPER;
            if (deaths == Deaths.ANYBODY && random.nextInt(keeper ? 40 : 4) == 0) {
                evidence.launchers().stream()
                        .skip(keeper ? 0 : random.nextInt(accounts))
                        .limit(1)
                        .forEach(ProcessHandle::destroyForcibly);
            } else if (deaths == Deaths.HOST_AND_WORKERS || deaths == Deaths.ANYBODY) {
                evidence.living(AccountId.of(1 + random.nextInt(accounts))).forEach(ProcessHandle::destroyForcibly);
            }
            Thread.sleep(5);
        }
    }

    private static boolean isOver(HostProcess host) {
        return !host.isAlive() || host.seen().contains("done");
    }

    /** What must hold after any race: every account is as its row says, can be run and stopped, and is explained. */
    private void judge(WorkerEvidence evidence, Aftermath next, Set<ExitStatus> ends)
            throws IOException, InterruptedException {
        List<Callable<Void>> accountsAtOnce = LongStream.rangeClosed(1, accounts)
                .mapToObj(AccountId::of)
                .<Callable<Void>>map(account -> () -> {
                    judge(evidence, next, account, ends);
                    return null;
                })
                .toList();
        AtOnce.run(4, accountsAtOnce);
        next.nobodyOverlapped();
        next.nothingIsLeft();
    }

    private static void judge(WorkerEvidence evidence, Aftermath next, AccountId account, Set<ExitStatus> ends)
            throws IOException {
        boolean stopped = next.find(account)
                .filter(row -> row.desired() == Desired.STOPPED)
                .isPresent();
        if (stopped) {
            next.isStopped(account);
        } else {
            next.runsOnce(account);
        }
        StopResult result = next.supervisor().stop(account);
        assertThat(result.isStopped()).as(result.describe()).isTrue();
        next.isStopped(account);
        if (evidence.workersThatRan(account).size() <= StopReport.KEPT) {
            next.everyEndIsExplained(account, ends);
        }
    }
}
