package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.StartResult;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.text.LogWords;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Starts that a host with the spec does, and the answers to starts of all kinds. */
final class Wishes {
    /** The accounts that are waited for together: their answers are printed before the next ones begin. */
    private static final int TOGETHER = 200;

    private Wishes() {}

    /** Refuses accounts that nobody knows before any is started: a forgotten -- makes words of accounts. */
    static boolean areKnown(Call call, Collection<AccountId> accounts, Function<AccountId, Boolean> isKnown) {
        List<AccountId> unknown =
                accounts.stream().filter(account -> !isKnown.apply(account)).toList();
        unknown.forEach(account -> call.output()
                .failure(LogWords.unknown(account)
                        + "; nothing was started. A command stands after --; for a host that knows the account, add"
                        + " --anyway"));
        return unknown.isEmpty();
    }

    static int run(
            Call call,
            DataDirectory data,
            Collection<AccountId> accounts,
            Function<Collection<AccountId>, Map<AccountId, StartResult>> start) {
        List<AccountId> all = List.copyOf(new LinkedHashSet<>(accounts));
        int first = ExitCode.DONE;
        for (int from = 0; from < all.size(); from += TOGETHER) {
            List<AccountId> some = all.subList(from, Math.min(from + TOGETHER, all.size()));
            for (StartResult result : start.apply(some).values()) {
                int exitCode = answer(call.output(), data, result);
                first = first == ExitCode.DONE ? exitCode : first;
            }
        }
        return first;
    }

    /** Prints the answer to a start; its exit code. */
    static int answer(Output output, DataDirectory data, StartResult result) {
        return output.result(exitCode(result), result.describe(), fields(data, result));
    }

    static int exitCode(StartResult result) {
        if (result instanceof StartResult.Started) {
            return ExitCode.DONE;
        } else if (result instanceof StartResult.AlreadyRunning) {
            return ExitCode.ALREADY_RUNNING;
        }
        return result instanceof StartResult.Refused ? ExitCode.REFUSED : ExitCode.FAILURE;
    }

    static Map<String, Object> fields(DataDirectory data, StartResult result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("data", data.path());
        fields.put("account", result.account());
        if (result instanceof StartResult.Started started) {
            fields.put("result", "STARTED");
            fields.put("worker_id", started.workerId());
            fields.put("pid", started.pid());
            fields.put("epoch", started.epoch());
            fields.put("started_at", started.startedAt());
        } else if (result instanceof StartResult.AlreadyRunning running) {
            fields.put("result", "ALREADY_RUNNING");
            fields.put("worker_id", running.workerId());
            fields.put("pid", running.pid());
            fields.put("started_at", running.startedAt());
            fields.put("evidence", running.evidence());
        } else if (result instanceof StartResult.Refused refused) {
            fields.put("result", "REFUSED");
            fields.put("reason", refused.reason());
            fields.put("evidence", refused.evidence());
            fields.put("advice", refused.reason().advice());
        } else if (result instanceof StartResult.Failed failed) {
            fields.put("result", "FAILED");
            fields.put("step", failed.step());
            fields.put("error", failed.error());
            fields.put("report", failed.report());
        }
        fields.put("text", result.describe());
        return fields;
    }
}
