package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Desired;
import io.workersupervisor.Liveness;
import io.workersupervisor.WorkerInspector;
import io.workersupervisor.WorkerSpecs;
import io.workersupervisor.WorkerState;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Registry;
import io.workersupervisor.examples.console.frame.Stores;
import io.workersupervisor.examples.console.text.Table;
import io.workersupervisor.spi.WorkerRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Says what a host would do for the accounts of its file and for those that are wanted, and why; does nothing. */
final class DryRun {
    /**
     * The plan for one account.
     *
     * @param action START, KEEP, WAIT or LEAVE
     */
    private record Step(AccountId account, String action, String why) {
        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("account", account);
            fields.put("action", action);
            fields.put("why", why);
            return fields;
        }
    }

    private DryRun() {}

    /** For a data directory that may not exist yet. */
    static int run(Call call, Stores stores, WorkerSpecs specs) {
        Map<AccountId, Account> known = new TreeMap<>();
        if (call.hasDataDirectory()) {
            DataDirectory data = DataDirectory.existing(call.data());
            try (Registry registry = stores.registryToLookAt(data)) {
                known(data, registry.rows()).forEach(account -> known.put(account.id(), account));
            }
        }
        List<Step> steps = new ArrayList<>();
        List<AccountId> listed = specs.accounts().stream().sorted().toList();
        listed.forEach(account -> steps.add(step(account, Optional.ofNullable(known.get(account)))));
        known.values().stream()
                .filter(account ->
                        !listed.contains(account.id()) && account.status().desired() == Desired.RUNNING)
                .forEach(account -> steps.add(new Step(account.id(), "LEAVE", "it is not in the file")));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ACCOUNT", "WOULD", "WHY"));
        steps.forEach(step -> rows.add(List.of(
                step.account().toString(), step.action(), call.output().times().local(step.why()))));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("data", call.data());
        fields.put("accounts", steps.stream().map(Step::fields).toList());
        fields.put("problems", specs.problems());
        call.output().print(Table.align(rows), fields);
        specs.problems().forEach(call.output()::warn);
        return specs.problems().isEmpty() ? ExitCode.DONE : ExitCode.FAILURE;
    }

    private static List<Account> known(DataDirectory data, WorkerRegistry registry) {
        return Account.of(WorkerInspector.of(data, registry).list(), registry);
    }

    private static Step step(AccountId account, Optional<Account> known) {
        if (known.isEmpty()) {
            return new Step(account, "START", "it was never started");
        }
        WorkerStatus status = known.get().status();
        Optional<Liveness> liveness = status.liveness();
        if (!status.registered()) {
            return new Step(account, "LEAVE", liveness.map(Liveness::evidence).orElse("the registry does not know it"));
        } else if (status.isAlive()) {
            return new Step(account, "KEEP", "it runs");
        } else if (status.desired() != Desired.RUNNING) {
            return new Step(account, "LEAVE", status.order().orElse("it was stopped"));
        } else if (liveness.filter(found -> found.verdict() == Liveness.Verdict.UNKNOWN)
                .isPresent()) {
            return new Step(account, "LEAVE", "in doubt: " + liveness.get().evidence());
        } else if (status.pause().isPresent()) {
            return new Step(account, "LEAVE", status.pause().get());
        } else if (status.needsPerson()) {
            return new Step(account, "LEAVE", status.plan().orElse("it needs a person"));
        }
        String reason = status.plan()
                .or(() -> known.get().reason().map(Object::toString))
                .orElse("its worker has ended");
        Optional<Instant> later = status.nextStart().filter(Instant.now()::isBefore);
        if (later.isPresent()) {
            return new Step(account, "WAIT", reason + ", starts at " + later.get());
        }
        boolean isPlanned = status.state() == WorkerState.BACKING_OFF;
        return new Step(
                account,
                isPlanned ? "START" : "WAIT",
                reason + (isPlanned ? ", due now" : ", its policy decides when the host begins"));
    }
}
