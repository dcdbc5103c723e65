package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.Rollout;
import io.workersupervisor.RolloutStatus;
import io.workersupervisor.WorkerStatus;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ChangeOptions;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.frame.Registry;
import io.workersupervisor.examples.console.frame.StoreAction;
import io.workersupervisor.examples.console.frame.Stores;
import io.workersupervisor.examples.console.frame.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Replaces the workers that run by those of another version, which the hosts do. */
@Command(
        name = "roll",
        description =
                "Replace the workers that run by those of another version, some at a time. The hosts that keep accounts"
                        + " running do it, once their specs give that version. Exit code of status: 1 where it is halted.",
        customSynopsis = "worker-console roll [OPTIONS] (start VERSION | status | halt | resume)")
final class RollCommand extends StoreAction {
    @Parameters(index = "0", paramLabel = "ACTION", description = "start, status, halt or resume.")
    private String action = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "VERSION", description = "With start: the version.")
    private Optional<String> version = Optional.empty();

    @Option(
            names = "--batch",
            paramLabel = "N",
            converter = Values.Count.class,
            description = "With start: replace N workers together. Default: " + Rollout.DEFAULT_BATCH + ".")
    private Optional<Integer> batch = Optional.empty();

    @Option(
            names = "--pause",
            paramLabel = "TIME",
            converter = Values.Pause.class,
            description = "With start: the time between two batches, 1s to 30d. Default: 1m.")
    private Optional<Duration> pause = Optional.empty();

    @Option(
            names = "--halt-after",
            paramLabel = "N",
            converter = Values.Count.class,
            description =
                    "With start: halt when the workers of N accounts ended with the version for a reason that they did"
                            + " not have before. Default: " + Rollout.DEFAULT_HALT_AFTER + ".")
    private Optional<Integer> haltAfter = Optional.empty();

    @Mixin
    private OrderOptions order = new OrderOptions();

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    @Override
    public int run(Call call) {
        boolean starts = action.equals("start");
        if (!List.of("start", "status", "halt", "resume").contains(action)) {
            throw call.wrong("roll takes start, status, halt or resume, was " + Output.quoted(action));
        } else if (starts && version.isEmpty()) {
            throw call.wrong("roll start needs a version");
        } else if (!starts
                && (version.isPresent() || batch.isPresent() || pause.isPresent() || haltAfter.isPresent())) {
            throw call.wrong("a version, --batch, --pause and --halt-after are for roll start");
        }
        Optional<Rollout> rollout = starts ? Optional.of(rollout(call)) : Optional.empty();
        Stores used = Stores.ofRows(stores, call);
        DataDirectory data =
                DataDirectory.open(DataDirectory.existing(call.data()).path());
        try (Registry registry = used.registry(data);
                WorkerSupervisor supervisor = change.tool(call, data, registry.rows())) {
            boolean done = act(call, supervisor, rollout);
            Optional<RolloutStatus> status = supervisor.rollout();
            if (status.isEmpty()) {
                return call.output().failure("no rollout was ever begun in " + data);
            }
            Map<String, Object> fields = fields(data, status.get(), supervisor.list());
            int exitCode = !done
                    ? ExitCode.REFUSED
                    : action.equals("status") && status.get().state() == RolloutStatus.State.HALTED
                            ? ExitCode.FAILURE
                            : ExitCode.DONE;
            String text =
                    (done ? "" : starts ? "another goes on: " : "nothing to " + action + ": ") + fields.get("text");
            fields.put("result", done ? "DONE" : "REFUSED");
            return call.output().result(exitCode, text, fields);
        }
    }

    private Rollout rollout(Call call) {
        try {
            Rollout to = Rollout.to(version.orElseThrow());
            return new Rollout(
                    to.version(),
                    batch.orElse(to.batch()),
                    pause.orElse(to.pauseBetween()),
                    haltAfter.orElse(to.haltAfter()));
        } catch (IllegalArgumentException impossible) {
            throw call.wrong("roll start: " + impossible.getMessage());
        }
    }

    private boolean act(Call call, WorkerSupervisor supervisor, Optional<Rollout> rollout) {
        return switch (action) {
            case "start" -> supervisor.roll(rollout.orElseThrow(), order.order(call));
            case "halt" -> supervisor.haltRollout(order.order(call));
            case "resume" -> supervisor.resumeRollout(order.order(call));
            default -> true;
        };
    }

    private static Map<String, Object> fields(DataDirectory data, RolloutStatus status, List<WorkerStatus> workers) {
        long living = workers.stream().filter(WorkerStatus::isAlive).count();
        long have = workers.stream()
                .filter(WorkerStatus::isAlive)
                .filter(worker ->
                        worker.version().equals(Optional.of(status.rollout().version())))
                .count();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("data", data.path());
        fields.put("result", "");
        fields.put("version", status.rollout().version());
        fields.put("state", status.state());
        fields.put("why", status.why());
        fields.put("batch", status.rollout().batch());
        fields.put("pause_s", status.rollout().pauseBetween().toSeconds());
        fields.put("halt_after", status.rollout().haltAfter());
        fields.put("begun_at", status.begunAt());
        fields.put("next_batch", status.nextBatch());
        fields.put("now", List.copyOf(status.batch().keySet()));
        fields.put("died", accounts(status.died()));
        fields.put("left", accounts(status.left()));
        fields.put("have_version", have);
        fields.put("running", living);
        fields.put("text", status.describe() + "; " + have + " of " + living + " workers have the version");
        return fields;
    }

    private static List<Map<String, Object>> accounts(Map<AccountId, String> accounts) {
        List<Map<String, Object>> all = new ArrayList<>();
        accounts.forEach((account, why) -> all.add(Map.of("account", account, "why", why)));
        return all;
    }
}
