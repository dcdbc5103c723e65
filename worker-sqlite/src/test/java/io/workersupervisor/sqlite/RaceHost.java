package io.workersupervisor.sqlite;

import io.workersupervisor.AccountId;
import io.workersupervisor.StartResult;
import io.workersupervisor.StopResult;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.sqlite.WorkerEvidence.Kind;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One of the hosts of a {@link Race}: at the word "go" each of its threads does what it has to, and prints a line
 * for each answer. It lives until its standard input is closed.
 *
 * <pre>
 * RaceHost DIRECTORY start|mixed THREADS ACCOUNTS OPERATIONS SEED
 * start   each thread starts every account, in an order of its own
 * mixed   each thread starts, ensures, restarts and stops accounts at random, so many times
 * -Dhost.answers=N   SIGKILL to itself after so many answers
 * </pre>
 */
final class RaceHost {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final int LAST = Integer.getInteger("host.answers", -1);
    private static final AtomicInteger ANSWERS = new AtomicInteger();

    private final WorkerSupervisor supervisor;
    private final WorkerEvidence evidence;
    private final int accounts;

    private RaceHost(WorkerSupervisor supervisor, WorkerEvidence evidence, int accounts) {
        this.supervisor = supervisor;
        this.evidence = evidence;
        this.accounts = accounts;
    }

    public static void main(String[] words) throws IOException, InterruptedException {
        WorkerEvidence evidence = WorkerEvidence.ofHost(words[0]);
        SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(evidence.data());
        WorkerSupervisor supervisor = WorkerSupervisor.builder(evidence.data(), registry)
                .launcher(evidence.launcher())
                .reconcileInterval(Duration.ofMillis(500))
                .build();
        RaceHost host = new RaceHost(supervisor, evidence, Integer.parseInt(words[3]));
        int operations = Integer.parseInt(words[4]);
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < Integer.parseInt(words[2]); thread++) {
            Random random = new Random(Long.parseLong(words[5]) + thread);
            threads.add(new Thread(
                    words[1].equals("start") ? () -> host.startAll(random) : () -> host.mix(random, operations)));
        }
        OUT.println("ready");
        int go = System.in.read();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        OUT.println("done");
        while (go >= 0) {
            go = System.in.read();
        }
        supervisor.close();
        registry.close();
    }

    private void startAll(Random random) {
        List<Integer> order = new ArrayList<>();
        for (int account = 1; account <= accounts; account++) {
            order.add(account);
        }
        Collections.shuffle(order, random);
        order.forEach(account -> print(
                "start", AccountId.of(account), supervisor.start(evidence.spec(AccountId.of(account), Kind.RUN))));
    }

    private void mix(Random random, int operations) {
        for (int operation = 0; operation < operations; operation++) {
            AccountId account = AccountId.of(1 + random.nextInt(accounts));
            WorkerSpec spec = evidence.spec(account, random.nextInt(10) == 0 ? Kind.END : Kind.RUN);
            int dice = random.nextInt(10);
            if (dice < 4) {
                print("start", account, supervisor.start(spec));
            } else if (dice < 6) {
                print("ensure", account, supervisor.ensure(spec));
            } else if (dice < 8) {
                print("restart", account, supervisor.restart(spec));
            } else {
                StopResult result = supervisor.stop(account);
                answer("stop " + account + " "
                        + (result instanceof StopResult.Refused refused ? refused.reason() : "Stopped"));
            }
        }
    }

    /** The kind of the answer, with the reason of a refusal and the worker of a start. */
    private static void print(String verb, AccountId account, StartResult result) {
        String words = result.getClass().getSimpleName();
        if (result instanceof StartResult.Started started) {
            words += " " + started.workerId();
        } else if (result instanceof StartResult.Refused refused) {
            words = refused.reason().code();
        } else if (result instanceof StartResult.Failed failed) {
            words += " " + failed.step() + " " + failed.error();
        }
        answer(verb + " " + account + " " + words);
    }

    private static void answer(String words) {
        OUT.println("result " + words);
        if (ANSWERS.incrementAndGet() == LAST) {
            HostProgram.killThisProcess();
        }
    }
}
