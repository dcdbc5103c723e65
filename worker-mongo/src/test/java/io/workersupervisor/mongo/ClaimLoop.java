package io.workersupervisor.mongo;

import io.workersupervisor.AccountId;
import io.workersupervisor.RegistryException;
import io.workersupervisor.Rows;
import io.workersupervisor.spi.WorkerRow;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Claims accounts with several threads in random order until each account has reached an epoch; prints "won ACCOUNT EPOCH
 * WORKER" for each claim that was won, and "failed ACCOUNT EPOCH WORKER" for each that had no answer. The first line of its
 * input is the connection string: it holds a password, and a command line is public.
 */
final class ClaimLoop {
    private final MongoWorkerRegistry registry;
    private final long epochs;
    private final AtomicInteger workers;

    private ClaimLoop(MongoWorkerRegistry registry, long epochs, int firstWorker) {
        this.registry = registry;
        this.epochs = epochs;
        this.workers = new AtomicInteger(firstWorker);
    }

    /** Arguments: number of this process, threads, accounts, epochs, seed. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int me = Integer.parseInt(args[0]);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (MongoWorkerRegistry registry = MongoWorkerRegistry.open(input.readLine())) {
            System.out.println("ready");
            input.readLine();
            ClaimLoop loop = new ClaimLoop(registry, Long.parseLong(args[3]), me * 10_000_000);
            List<Thread> threads = new ArrayList<>();
            for (int thread = 0; thread < Integer.parseInt(args[1]); thread++) {
                long seed = Long.parseLong(args[4]) + me * 1_000L + thread;
                Thread claimer = new Thread(() -> loop.run(Integer.parseInt(args[2]), new Random(seed)));
                threads.add(claimer);
                claimer.start();
            }
            for (Thread claimer : threads) {
                claimer.join();
            }
            System.out.println("done");
        }
    }

    private void run(int accounts, Random random) {
        List<AccountId> open = new ArrayList<>();
        for (long account = 1; account <= accounts; account++) {
            open.add(AccountId.of(account));
        }
        while (!open.isEmpty()) {
            Collections.shuffle(open, random);
            for (AccountId account : List.copyOf(open)) {
                if (!claim(account)) {
                    open.remove(account);
                }
            }
        }
    }

    /** Whether there is more to claim. */
    private boolean claim(AccountId account) {
        String what = " nothing";
        try {
            Optional<WorkerRow> seen = registry.find(account);
            if (seen.map(WorkerRow::epoch).orElse(0L) >= epochs) {
                return false;
            }
            WorkerRow next = Rows.claim(seen, account, Rows.workerId(workers.incrementAndGet()));
            what = " " + account + " " + next.epoch() + " " + next.workerId();
            if (registry.claim(seen, next, seen.map(Rows::report)).won()) {
                say("won" + what);
            }
        } catch (RegistryException e) {
            say("failed" + what);
            System.err.println(e.getMessage());
        }
        return true;
    }

    private static synchronized void say(String line) {
        System.out.println(line);
    }
}
