package io.workersupervisor.sqlite;

import io.workersupervisor.AccountId;
import io.workersupervisor.Rows;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Claims accounts in random order until each has reached an epoch; prints "account epoch worker" for what it won. Says
 * "ready" and waits for a word first, so that several begin together.
 */
final class ClaimLoop {
    private ClaimLoop() {}

    public static void main(String[] args) throws IOException {
        int me = Integer.parseInt(args[1]);
        int accounts = Integer.parseInt(args[2]);
        long epochs = Long.parseLong(args[3]);
        Random random = new Random(Long.parseLong(args[4]) + me);
        List<AccountId> open = new ArrayList<>();
        for (long account = 1; account <= accounts; account++) {
            open.add(AccountId.of(account));
        }

        long worker = me * 1_000_000L;
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(Path.of(args[0]))) {
            System.out.println("ready");
            boolean told = System.in.read() >= 0;
            while (told && !open.isEmpty()) {
                Collections.shuffle(open, random);
                for (AccountId account : List.copyOf(open)) {
                    Optional<WorkerRow> seen = registry.find(account);
                    if (seen.map(WorkerRow::epoch).orElse(0L) >= epochs) {
                        open.remove(account);
                        continue;
                    }
                    WorkerRow next = Rows.claim(seen, account, Rows.workerId(++worker));
                    if (registry.claim(seen, next, seen.map(Rows::report)).won()) {
                        System.out.println(account + " " + next.epoch() + " " + next.workerId());
                    }
                }
            }
        }
    }
}
