package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.StartResult;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSpecs;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.frame.Termination;
import io.workersupervisor.examples.console.legacy.LegacyRegistry;
import io.workersupervisor.examples.console.legacy.OldProcess;
import io.workersupervisor.examples.console.legacy.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Moves confirmed accounts, one after the other. Nothing is stored between two runs: the rows, the processes and the state of
 * each account here say how far it has come.
 *
 * <ol>
 *   <li>An account that runs here, or was stopped or paused here, is left alone.
 *   <li>So is one whose process is no longer the confirmed one, or for which the old registry names another living one.
 *   <li>The confirmed process is ended, and its children are waited for.
 *   <li>The old registry is asked once more: its program may have begun another process.
 *   <li>The account is started. Where that fails, nothing more is ended.
 * </ol>
 */
record Move(Output output, DataDirectory data, LegacyRegistry old, WorkerSpecs specs, WorkerSupervisor supervisor) {
    /**
     * Moves them.
     *
     * @param interval the time from one account to the next
     */
    int run(List<Step> steps, Duration interval) throws IOException, InterruptedException {
        Collection<AccountId> served = specs.accounts();
        specs.problems().forEach(output::warn);
        int first = ExitCode.DONE;
        for (Step step : steps) {
            if (!served.contains(step.account())) {
                first = print(left(step, ImportCommand.NO_SPEC, ""));
            }
        }
        List<Step> all =
                steps.stream().filter(step -> served.contains(step.account())).toList();
        Termination termination = Termination.watch();
        long next = System.nanoTime();
        for (int at = 0; at < all.size(); at++) {
            if (termination.await(Duration.ofNanos(Math.max(0, next - System.nanoTime())))) {
                return stopped("stopped on request", all.subList(at, all.size()));
            }
            long begun = System.nanoTime();
            Answer answer = move(all.get(at));
            int exitCode = print(answer);
            first = first == ExitCode.DONE ? exitCode : first;
            if (answer.start.isPresent()) {
                if (!answer.start.get().isRunning()) {
                    return stopped("a start that fails ends the move", all.subList(at + 1, all.size()));
                }
                next = begun + interval.toNanos();
            }
        }
        return first;
    }

    /** The outcome for one account, with the answer to its start where it came so far. */
    private record Answer(int exitCode, Map<String, Object> fields, Optional<StartResult> start) {}

    private int print(Answer answer) {
        return output.result(answer.exitCode, String.valueOf(answer.fields.get("text")), answer.fields);
    }

    private int stopped(String why, List<Step> left) {
        String names = left.stream().map(step -> step.account().toString()).collect(Collectors.joining(", "));
        return output.failure(why + "; left: " + (names.isEmpty() ? "none" : names) + ". Say the same again to go on");
    }

    private Answer move(Step step) throws InterruptedException {
        String how = "";
        try {
            Optional<WorkerStatus> here = supervisor.status(step.account());
            boolean runsHere = here.filter(WorkerStatus::isAlive).isPresent();
            if (runsHere && !step.isConfirmedAlive()) {
                return answer(ExitCode.DONE, step, "SKIPPED", ImportCommand.RUNS_HERE, "");
            }
            Optional<WorkerSpec> spec = specs.find(step.account());
            Optional<String> leave = here.flatMap(ImportCommand::leave)
                    .or(() -> Optional.of(ImportCommand.NO_SPEC).filter(none -> spec.isEmpty()));
            leave = leave.isPresent() ? leave : step.changed();
            leave = leave.isPresent() ? leave : step.rival(old.read().rows());
            if (leave.isPresent()) {
                return left(step, leave.get(), how);
            }
            if (step.action() == Step.Action.END) {
                OldProcess.End end =
                        step.process().orElseThrow().end(spec.orElseThrow().stopGrace());
                how = end.how();
                leave = end.done() ? step.rival(old.read().rows()) : Optional.of("it is not safe to start it");
                if (leave.isPresent()) {
                    return left(step, leave.get(), how);
                }
            }
            return answer(step, supervisor.ensure(spec.orElseThrow()), how);
        } catch (IOException inDoubt) {
            return left(step, String.valueOf(inDoubt.getMessage()), how);
        }
    }

    private Answer left(Step step, String why, String how) {
        return answer(ExitCode.REFUSED, step, "LEFT", "left alone: " + why, how);
    }

    private Answer answer(int exitCode, Step step, String result, String text, String how) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("data", data.path());
        fields.put("account", step.account());
        fields.put("result", result);
        fields.put("old_pid", step.pid());
        fields.put("old_end", how);
        fields.put("text", "account " + step.account() + ": " + (how.isEmpty() ? "" : how + "; ") + text);
        return new Answer(exitCode, fields, Optional.empty());
    }

    private Answer answer(Step step, StartResult start, String how) {
        Map<String, Object> fields = Wishes.fields(data, start);
        fields.put("old_pid", step.pid());
        fields.put("old_end", how);
        fields.put("text", (how.isEmpty() ? "" : how + "; ") + start.describe());
        return new Answer(Wishes.exitCode(start), fields, Optional.of(start));
    }
}
