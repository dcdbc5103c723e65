package io.workersupervisor.internal.launch.shell;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.InheritedLimits;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.launch.ProgramHead;
import io.workersupervisor.internal.launch.ResolvedCommand;
import io.workersupervisor.internal.launch.SpawnError;
import io.workersupervisor.internal.launch.WorkerEnvironment;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.machine.Programs;
import io.workersupervisor.internal.text.Text;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The portable launch path: one {@code launcher.sh} a worker. It tells an exit code above 128 and a signal apart no better
 * than a shell does, and records nothing if it is killed; workers live on without it and keep their lock.
 */
public record ShellLauncher(
        DataDirectory data,
        ShellScript script,
        Kernel kernel,
        InheritedLimits inherited,
        Executor readers,
        Duration patience)
        implements Launcher {
    /** Tries of a launcher or a fence for a busy lock, 50 ms apart. */
    private static final int TRIES = 40;

    public static final Duration LONGEST_ANSWER = Duration.ofSeconds(15);

    @Override
    public LaunchAnswer launch(LaunchRequest request) {
        ResolvedCommand resolved = ResolvedCommand.of(request.spec(), System.getenv());
        if (resolved instanceof ResolvedCommand.Not not) {
            return not.answer();
        }
        ResolvedCommand.Ready ready = (ResolvedCommand.Ready) resolved;
        Optional<LaunchAnswer> unfit = unfit(ready);
        if (unfit.isPresent()) {
            return unfit.get();
        }
        try {
            ProcessBuilder builder = new ProcessBuilder(command(request));
            WorkerEnvironment.set(builder.environment(), ready.environment());
            builder.directory(ready.directory().toFile());
            builder.redirectInput(
                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.redirectErrorStream(true);
            return answer(Programs.start(builder));
        } catch (Programs.UnobservedException unobserved) {
            return new LaunchAnswer.Unanswered("the launcher was started: " + Text.reason(unobserved));
        } catch (IOException e) {
            String step = SpawnError.number(e) == SpawnError.TOO_LONG ? "program" : "spawn";
            return new LaunchAnswer.NotLaunched(step, SpawnError.words(e));
        }
    }

    /** The reason for which the shell must not run it. Another thread looks at it: a file system may hang for good. */
    private Optional<LaunchAnswer> unfit(ResolvedCommand.Ready ready) {
        Path program = ready.program();
        return awaited(
                () -> ProgramHead.fault(program, ready.directory())
                        .map(why -> new LaunchAnswer.NotLaunched("program", why)),
                program + " could not be opened within " + Text.words(patience) + ": its file system hangs",
                "the look at " + program + " was interrupted",
                why -> Optional.of(new LaunchAnswer.NotLaunched("program", why)));
    }

    /** Has another thread do it, which ends by itself. */
    private <T> T awaited(Supplier<T> work, String late, String interrupted, Function<String, T> otherwise) {
        try {
            return CompletableFuture.supplyAsync(work, readers).get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException expired) {
            return otherwise.apply(late);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return otherwise.apply(interrupted);
        } catch (ExecutionException e) {
            return otherwise.apply(String.valueOf(e.getCause()));
        }
    }

    private List<String> command(LaunchRequest request) throws IOException {
        AccountId account = request.spec().account();
        String session = script.tools().session();
        List<String> command = new ArrayList<>();
        if (session.startsWith("/")) {
            // The launcher, too, must not get what a terminal or a job control sends to the host's group.
            command.add(session);
        }
        command.addAll(List.of(
                script.tools().shell(),
                script.install(Layout.launcher(data)).toString(),
                "start",
                script.tools().locker(),
                Layout.lockFile(data, account).toString(),
                Integer.toString(TRIES),
                AccountLocks.digits(request.epoch()),
                new ShellRecords(data).stem(request.workerId()).toString(),
                data.path().resolve(Layout.logName(account, request.workerId())).toString(),
                inherited.umask(),
                session,
                script.tools().signals(),
                ShellRecords.birthPrefix(request.workerId(), account, request.epoch(), kernel),
                request.workerId(),
                account.toString(),
                data.path().toString()));
        command.addAll(request.spec().command());
        return command;
    }

    private LaunchAnswer answer(Process process) {
        String launcher = "the launcher, pid " + process.pid() + ", ";
        return awaited(
                () -> read(process),
                launcher + "gave no answer within " + Text.words(patience),
                "the wait for " + launcher + "was interrupted",
                LaunchAnswer.Unanswered::new);
    }

    private LaunchAnswer read(Process process) {
        List<String> errors = new ArrayList<>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "born" -> {
                        return new LaunchAnswer.Born(
                                kernel.identity(Long.parseLong(words[1]), Long.parseLong(words[2])), process.onExit());
                    }
                    case "busy" -> {
                        return new LaunchAnswer.Busy();
                    }
                    case "superseded" -> {
                        return new LaunchAnswer.Superseded(Long.parseLong(words[1]));
                    }
                    case "failed" -> {
                        return new LaunchAnswer.NotLaunched(
                                line.substring("failed ".length()), String.join("; ", errors));
                    }
                    default -> errors.add(line);
                }
            }
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
            errors.add(e.toString());
        }
        return new LaunchAnswer.Unanswered("the launcher, pid " + process.pid() + ", ended without an answer"
                + (errors.isEmpty() ? "" : ": " + errors));
    }

    @Override
    public FenceAnswer raise(AccountId account, long number) {
        List<String> lines = script.run(
                "fence",
                script.tools().locker(),
                Layout.lockFile(data, account).toString(),
                Integer.toString(TRIES),
                AccountLocks.digits(number));
        String last = lines.isEmpty() ? "no answer" : lines.get(lines.size() - 1);
        if (last.matches("fence [0-9]{1," + AccountLocks.DIGITS + "}")) {
            return new FenceAnswer.Raised(Long.parseLong(last.substring("fence ".length())));
        }
        return last.equals("busy") ? new FenceAnswer.Held() : new FenceAnswer.NotRaised(String.join("; ", lines));
    }

    @Override
    public SignalAnswer signal(ProcessIdentity process, String signal, Scope scope) {
        List<String> lines = script.run(
                "signal",
                Long.toString(process.pid()),
                Long.toString(process.startTicks()),
                signal,
                scope.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        return switch (lines.isEmpty() ? "" : lines.get(lines.size() - 1)) {
            case "" -> new SignalAnswer.NotSent("no answer");
            case "sent" -> new SignalAnswer.Sent();
            case "gone" -> new SignalAnswer.Gone();
            default -> new SignalAnswer.NotSent(String.join("; ", lines));
        };
    }
}
