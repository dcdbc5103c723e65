package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.InheritedLimits;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.launch.Launcher.FenceAnswer;
import io.workersupervisor.internal.launch.Launcher.LaunchAnswer;
import io.workersupervisor.internal.launch.Launcher.LaunchRequest;
import io.workersupervisor.internal.launch.Launcher.SignalAnswer;
import io.workersupervisor.internal.launch.ProgramHead;
import io.workersupervisor.internal.launch.ResolvedCommand;
import io.workersupervisor.internal.launch.WorkerEnvironment;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.text.Text;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * The native launch path: asks the keeper of this process's context for everything. A launch that a frozen or dead keeper
 * leaves without an answer is {@link LaunchAnswer.Unanswered}, and never tried again on another path.
 */
public record KeeperLauncher(
        DataDirectory data,
        Kernel kernel,
        Clocks clocks,
        KeeperConnections keepers,
        KeeperContext context,
        KeeperStarter program,
        Duration patience,
        InheritedLimits inherited,
        WorkerEnvironment.HostBytes host) {
    public static final Duration LONGEST_ANSWER = Duration.ofSeconds(15);

    /** The longest that a launch or a fence tries for a busy lock: probes and fences hold it for a moment only. */
    private static final String NO_ANSWER = "the keeper gave no answer";

    private static final Duration LONGEST_BUSY = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final String NO_LEASE = "";

    /** Connects to the keeper, which is started where there is none. */
    public KeeperConnection connect() throws KeeperUnavailableException {
        return keepers.own(context, program);
    }

    public LaunchAnswer launch(LaunchRequest request) throws KeeperUnavailableException {
        ResolvedCommand resolved = ResolvedCommand.of(request.spec(), System.getenv());
        if (resolved instanceof ResolvedCommand.Not not) {
            return not.answer();
        }
        return untilFree(
                () -> launchOnce(request, (ResolvedCommand.Ready) resolved),
                answer -> answer instanceof LaunchAnswer.Busy);
    }

    /** A request that may meet a busy lock. */
    @FunctionalInterface
    private interface Request<T> {
        T send() throws KeeperUnavailableException;
    }

    private <T> T untilFree(Request<T> request, Predicate<T> busy) throws KeeperUnavailableException {
        long deadline = clocks.nanos() + LONGEST_BUSY.toNanos();
        while (true) {
            T answer = request.send();
            if (!busy.test(answer)
                    || clocks.nanos() > deadline
                    || Thread.currentThread().isInterrupted()) {
                return answer;
            }
            clocks.pause(PAUSE);
        }
    }

    private LaunchAnswer launchOnce(LaunchRequest request, ResolvedCommand.Ready ready)
            throws KeeperUnavailableException {
        String workerId = request.workerId();
        List<String> fields = fields(request, ready);
        Optional<ByteBuffer> frame = KeeperFrame.encode(fields, environment(request, ready));
        if (frame.isEmpty()) {
            return new LaunchAnswer.NotLaunched("program", "Argument list too long");
        }
        KeeperConnection connection = connect();
        CompletableFuture<?> over = keepers.over(workerId, connection);
        List<String> answer = keepers.calls().ask(connection, frame.get(), workerId, patience);
        if (!answer.isEmpty() && answer.get(0).equals("RUN")) {
            return new LaunchAnswer.Born(
                    kernel.identity(Long.parseLong(answer.get(2)), Long.parseLong(answer.get(3))), over);
        }
        keepers.neverStarted(workerId);
        return answer.isEmpty() ? unanswered(connection) : notLaunched(answer, fields);
    }

    private LaunchAnswer.Unanswered unanswered(KeeperConnection connection) {
        return new LaunchAnswer.Unanswered("the keeper in " + connection.directory()
                + (connection.isGone()
                        ? " died before it answered"
                        : " gave no answer within " + Text.words(patience)
                                + ": it is stopped, or a process it starts hangs in its exec"));
    }

    private static LaunchAnswer notLaunched(List<String> answer, List<String> asked) {
        return switch (answer.get(0)) {
            case "BUSY" -> new LaunchAnswer.Busy();
            case "SUPERSEDED" -> new LaunchAnswer.Superseded(Long.parseLong(answer.get(2)));
            case "FAILED" -> new LaunchAnswer.NotLaunched(answer.get(2), error(answer, asked));
            default -> new LaunchAnswer.NotLaunched("keeper", "it answered " + answer.get(0));
        };
    }

    /** The system's error, and the file of the request that the failed step is about. */
    private static String error(List<String> answer, List<String> asked) {
        String words = answer.get(4) + ": ";
        return switch (answer.get(2)) {
            case "lock", "fence" -> words + asked.get(4);
            case "log file" -> words + asked.get(5);
            case "directory" -> words + asked.get(6);
            case "program" ->
                ProgramHead.fault(Path.of(asked.get(11)), Path.of(asked.get(6))).orElseGet(() -> words + asked.get(11));
            default -> answer.get(4);
        };
    }

    private List<String> fields(LaunchRequest request, ResolvedCommand.Ready ready) {
        AccountId account = request.spec().account();
        Path log = data.path().resolve(Layout.logName(account, request.workerId()));
        List<String> fields = new ArrayList<>(List.of(
                "START",
                request.workerId(),
                Layout.fileName(account),
                Long.toString(request.epoch()),
                Layout.lockFile(data, account).toString(),
                log.toString(),
                ready.directory().toString(),
                inherited.umask(),
                Integer.toString(inherited.niceness()),
                NO_LEASE,
                inherited.limits(),
                ready.program().toString(),
                Integer.toString(request.spec().command().size())));
        fields.addAll(request.spec().command());
        return fields;
    }

    private List<byte[]> environment(LaunchRequest request, ResolvedCommand.Ready ready) {
        Map<String, String> variables = new LinkedHashMap<>(ready.environment());
        variables.putAll(Map.of(
                "WORKER_ID", request.workerId(),
                "WORKER_ACCOUNT", request.spec().account().toString(),
                "WORKER_EPOCH", Long.toString(request.epoch()),
                "WORKER_DATA", data.path().toString(),
                "WORKER_REASON_FILE",
                        Layout.reasonFile(data, request.workerId()).toString(),
                "WORKER_READY_FILE", Layout.readyFile(data, request.workerId()).toString(),
                "WORKER_HEARTBEAT_FILE",
                        Layout.heartbeatFile(data, request.workerId()).toString()));
        List<byte[]> encoded = new ArrayList<>();
        variables.forEach((name, value) -> encoded.add(host.variable(name, value)));
        return encoded;
    }

    public FenceAnswer raise(AccountId account, long number) throws KeeperUnavailableException {
        return untilFree(() -> raiseOnce(account, number), answer -> answer instanceof FenceAnswer.Held);
    }

    private FenceAnswer raiseOnce(AccountId account, long number) throws KeeperUnavailableException {
        List<String> answer = ask("FENCE", Layout.lockFile(data, account).toString(), Long.toString(number));
        return switch (answer.isEmpty() ? "" : answer.get(0)) {
            case "" -> new FenceAnswer.NotRaised(NO_ANSWER);
            case "FENCED" -> new FenceAnswer.Raised(Long.parseLong(answer.get(2)));
            case "HELD" -> new FenceAnswer.Held();
            default -> new FenceAnswer.NotRaised(failure(answer));
        };
    }

    private static String failure(List<String> answer) {
        return answer.size() > 4 ? answer.get(2) + ": " + answer.get(4) : "the keeper answered " + answer.get(0);
    }

    public SignalAnswer signal(ProcessIdentity process, int signal, Launcher.Scope scope)
            throws KeeperUnavailableException {
        List<String> answer = ask(
                "SIGNAL",
                Long.toString(process.pid()),
                Long.toString(process.startTicks()),
                Integer.toString(signal),
                switch (scope) {
                    case GROUP -> "g";
                    case ITS_GROUP -> "m";
                    case PROCESS -> "p";
                });
        return switch (answer.isEmpty() ? "" : answer.get(0)) {
            case "" -> new SignalAnswer.NotSent(NO_ANSWER);
            case "SENT" -> new SignalAnswer.Sent();
            case "GONE" -> new SignalAnswer.Gone();
            default -> new SignalAnswer.NotSent(failure(answer));
        };
    }

    public AccountLocks.State probe(Path lockFile) throws KeeperUnavailableException {
        List<String> answer = ask("PROBE", lockFile.toString());
        return AccountLocks.stateOf(answer.size() > 2 ? answer.get(2) : "");
    }

    private List<String> ask(String name, String... words) throws KeeperUnavailableException {
        List<String> fields = new ArrayList<>(List.of(name, keepers.calls().tag()));
        fields.addAll(List.of(words));
        return keepers.calls().ask(connect(), fields, patience);
    }
}
