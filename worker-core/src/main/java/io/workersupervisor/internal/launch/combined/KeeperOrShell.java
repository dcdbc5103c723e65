package io.workersupervisor.internal.launch.combined;

import io.workersupervisor.AccountId;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.launch.keeper.KeeperLauncher;
import io.workersupervisor.internal.launch.keeper.KeeperUnavailableException;
import io.workersupervisor.internal.launch.shell.ShellLauncher;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.ProcessIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The keeper, and the shell where no keeper can be had.
 *
 * <ol>
 *   <li>A launch goes to the shell only if nothing was sent to a keeper, and only where the host allows it; one that a
 *       keeper leaves unanswered stays unanswered.
 *   <li>Fences, signals and probes are safe to repeat: the shell does those that a keeper does not answer.
 *   <li>The reason why no keeper can be had is reported when it becomes so; the keeper is tried again after a while.
 * </ol>
 */
public final class KeeperOrShell implements Launcher {
    private static final Map<String, Integer> SIGNALS =
            Map.of("TERM", 15, "KILL", 9, "HUP", 1, "QUIT", 3, "USR1", 10, "USR2", 12);

    private static final Duration RESPITE = Duration.ofSeconds(30);

    private final KeeperLauncher keeper;
    private final ShellLauncher shell;
    private final LaunchPath path;
    private final Clocks clocks;
    private final Consumer<String> trouble;
    private volatile String why = "";
    private volatile long until;

    public KeeperOrShell(
            KeeperLauncher keeper, ShellLauncher shell, LaunchPath path, Clocks clocks, Consumer<String> trouble) {
        this.keeper = keeper;
        this.shell = shell;
        this.path = path;
        this.clocks = clocks;
        this.trouble = trouble;
    }

    /** A request to the keeper. */
    @FunctionalInterface
    private interface Request<T> {
        T of(KeeperLauncher keeper) throws KeeperUnavailableException;
    }

    private <T> T ask(Request<T> request) throws KeeperUnavailableException {
        if (!why.isEmpty() && clocks.nanos() - until < 0) {
            throw new KeeperUnavailableException(why);
        }
        try {
            T answer = request.of(keeper);
            why = "";
            return answer;
        } catch (KeeperUnavailableException unavailable) {
            // An interrupted call says nothing about the keeper.
            if (!Thread.currentThread().isInterrupted()) {
                unavailable(String.valueOf(unavailable.getMessage()));
            }
            throw unavailable;
        }
    }

    private synchronized void unavailable(String reason) {
        until = clocks.nanos() + RESPITE.toNanos();
        boolean news = why.isEmpty();
        why = reason;
        if (news) {
            trouble.accept("the keeper cannot be used, "
                    + (path == LaunchPath.AUTO ? "workers are started by the shell: " : "no worker is started: ")
                    + reason);
        }
    }

    /** Starts a keeper where there is none: it adopts the workers of the one that died. */
    void connect() {
        try {
            ask(KeeperLauncher::connect);
        } catch (KeeperUnavailableException reported) {
            return;
        }
    }

    /** The reason why no keeper is in use; empty where one is. */
    String unavailable() {
        return why;
    }

    @Override
    public LaunchAnswer launch(LaunchRequest request) {
        try {
            return ask(asked -> asked.launch(request));
        } catch (KeeperUnavailableException unavailable) {
            return path == LaunchPath.AUTO
                    ? shell.launch(request)
                    : new LaunchAnswer.NotLaunched("keeper", String.valueOf(unavailable.getMessage()));
        }
    }

    @Override
    public FenceAnswer raise(AccountId account, long number) {
        return either(
                asked -> asked.raise(account, number),
                answer -> answer instanceof FenceAnswer.NotRaised,
                () -> shell.raise(account, number));
    }

    @Override
    public SignalAnswer signal(ProcessIdentity process, String signal, Scope scope) {
        return either(
                asked -> asked.signal(process, SIGNALS.getOrDefault(signal, 0), scope),
                answer -> answer instanceof SignalAnswer.NotSent,
                () -> shell.signal(process, signal, scope));
    }

    AccountLocks.State probe(Path lockFile) {
        return either(
                asked -> asked.probe(lockFile),
                state -> state == AccountLocks.State.FAILED,
                () -> shell.script().lockState(lockFile));
    }

    /** Step 2. */
    private <T> T either(Request<T> request, Predicate<T> failed, Supplier<T> byShell) {
        try {
            T answer = ask(request);
            return failed.test(answer) ? byShell.get() : answer;
        } catch (KeeperUnavailableException unavailable) {
            return byShell.get();
        }
    }
}
