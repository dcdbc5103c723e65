package io.workersupervisor.examples.console;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.MovedDirectoryException;
import io.workersupervisor.WorkerSupervisorException;
import io.workersupervisor.examples.console.frame.Action;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ChangeOptions;
import io.workersupervisor.examples.console.frame.CommonOptions;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.HelpOption;
import io.workersupervisor.examples.console.frame.Mistakes;
import io.workersupervisor.examples.console.frame.Output;
import io.workersupervisor.examples.console.frame.Values;
import io.workersupervisor.examples.console.text.Colours;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/**
 * Works on a data directory from a terminal or a script, whether or not a host is running: {@code start}, {@code stop},
 * {@code restart}, {@code roll}, {@code pause}, {@code resume}, {@code forget}, {@code signal}, {@code ps}, {@code why}, {@code diagnose}, {@code logs}, {@code tail}, {@code doctor}, {@code mongo}, {@code import}, and {@code host}, which is a
 * host. {@code --help} explains all of it.
 *
 * <p>With {@code --json} each command prints one JSON object on one line ({@code stop} and {@code why}: one for each account,
 * {@code import --move}: too, {@code host}: one for each event, {@code logs} and {@code tail}: one for each entry). Names are in snake_case and stay; fields without a value are left out; instants are ISO 8601 in UTC; an account is a number or a
 * string, as it is stored.
 *
 * <pre>
 * start, restart, stop, forget, signal, pause, resume  data, account, result, text, and what the result has:
 *              STARTED          worker_id, pid, epoch, since
 *              ALREADY_RUNNING  worker_id, pid, since, evidence
 *              STOPPED          worker_id, steps, report
 *              ALREADY_STOPPED  known
 *              REFUSED          reason, evidence, advice
 *              FAILED           step, error, report
 *              SENT             signal, worker_id, pid
 *              FORGOTTEN, PAUSED, RESUMED, NOT_PAUSED, NOT_RUNNING
 * roll         data, result (DONE, REFUSED), version, state (RUNNING, HALTED, DONE), why, batch, pause_s, halt_after, begun_at,
 *              next_batch, now (accounts), died and left (account, why), have_version, running, text
 * ps           data, summary (a number each), accounts: account, down, plan, next_start, needs_person, order, pause, state (of the row, or UNREGISTERED), desired, reason (of the last stop, where no
 *              worker runs), liveness (ALIVE, DEAD, UNKNOWN), evidence, registered, worker_id, epoch, pid, started_at,
 *              node, user_id, version, log; unreadable
 * why          data, account, state, liveness, evidence, reports, timeline: at, kind (STARTED, STOPPED, REFUSED), worker_id,
 *              text
 * why --all    data, since, total, reasons (a number each), versions (with --by version: reasons of each)
 * report       account, worker_id, epoch, node, user_id, version, started_at, ended_at, exit, initiator, reason,
 *              confidence, evidence, advice, retry_after_s, log_evidence and last_entries (file, offset, level, text)
 * diagnose     reason, confidence, retryAfterSeconds, restartCanHelp, evidence, logEvidence (file, offset, level, text), advice
 * logs, tail   timestamp, level, account_id, user_id, logger, message, worker_id, byte_offset, inferred (if it is)
 * doctor       data, findings: level (ERROR, WARNING, OK), text
 * import       from, table, account_column, pid_column, plan, rows: account, pid, action (END, START, LEAVE), why, start_ticks, boot_id,
 *              command, command_sha256, started_at, owner; problems
 * import --move  data, account, result (also LEFT, SKIPPED), old_pid, old_end, why, text, and what the start has
 * mongo        documents, missing (keys of indexes), seconds, statement
 * host         at, event (CREATED, READY, STARTED, ORDERED, NOT_STARTED, ADOPTED, STOPPED, NOT_STOPPED, TROUBLE, CLOSED, later more),
 *              account, warning, text
 * </pre>
 *
 * <p>What is not done is said in one line on the error stream; with {@code --json} only where there is no result, and
 * then standard output stays empty. Warnings are lines there, too.
 */
@Command(
        name = "worker-console",
        description = "Start, watch and stop worker processes, at most one for each account.",
        scope = CommandLine.ScopeType.INHERIT,
        sortOptions = false,
        abbreviateSynopsis = true,
        versionProvider = WorkerConsole.Version.class,
        synopsisHeading = "Usage: ",
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        subcommands = {
            StartCommand.class,
            RestartCommand.class,
            RollCommand.class,
            StopCommand.class,
            PauseCommand.Pause.class,
            PauseCommand.Resume.class,
            ForgetCommand.class,
            SignalCommand.class,
            PsCommand.class,
            WhyCommand.class,
            DiagnoseCommand.class,
            LogsCommand.class,
            TailCommand.class,
            DoctorCommand.class,
            HostCommand.class,
            ImportCommand.class,
            MongoCommand.class,
            HelpCommand.class,
            CompletionCommand.class
        })
public final class WorkerConsole {

    private static final int WIDTH = 100;

    /** The character that the JVM reads for bytes that are none in the locale. */
    private static final char UNDECODED = '\ufffd';

    private static final String[] NOTES = {
        "",
        "worker-console help COMMAND, or worker-console COMMAND --help, explains a command.",
        "",
        "An account is a 64-bit number, or 1 to 64 characters of A-Z a-z 0-9 . _ @ + : - that do not begin with . or -"
                + " (007, +5 and larger numbers are text: 7 and 007 are two accounts).",
        "",
        "ps, why, logs, tail and doctor change nothing and need no host. The data directory must belong to this user."
                + " Text outside ASCII needs a UTF-8 locale, such as LC_ALL=C.UTF-8.",
        "",
        "Times are local, with their offset; TZ sets the zone. Colours are for a terminal only; NO_COLOR=1 switches them"
                + " off.",
        "",
        "Exit codes:",
        "  0  done",
        "  1  failed; also: the data directory or the registry cannot be used",
        "  2  wrong usage",
        "  3  already running",
        "  4  refused: a rule, or a doubt about this account",
        "",
        "A failure is one line on standard error, with --json too; standard output is empty then. Only the answers of"
                + " start, stop and import --move (already running, refused, failed) are JSON with an exit code above 0."
    };

    @Mixin
    final HelpOption help = new HelpOption();

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    boolean version;

    @Mixin
    private CommonOptions common = new CommonOptions();

    WorkerConsole() {}

    /**
     * Runs one command and ends the JVM with its exit code.
     *
     * @param words the command and its options
     */
    public static void main(String[] words) {
        System.exit(run(List.of(words), System.out, System.err));
    }

    /** Runs one command; returns its exit code. */
    static int run(List<String> words, PrintStream out, PrintStream err) {
        Map<String, String> environment = System.getenv();
        Output output = new Output(out, err, false, Colours.of(1, environment), Colours.of(2, environment));
        WorkerConsole console = new WorkerConsole();
        CommandLine line = line(console, output, out);
        try {
            requireText(line, words);
            ParseResult parsed = line.parseArgs(words.toArray(new String[0]));
            if (CommandLine.executeHelpRequest(parsed) != null) {
                return output.finish(ExitCode.DONE);
            }
            if (!parsed.hasSubcommand()) {
                throw new ParameterException(line, "no command given");
            }
            CommandLine command = parsed.subcommand().commandSpec().commandLine();
            Action action = command.getCommand();
            Output used = console.common.isJson() || action.common().isJson() ? output.json() : output;
            Call call = new Call(command, CommonOptions.data(action.common(), console.common, environment), used);
            return used.finish(run(action, call));
        } catch (ParameterException wrong) {
            output.error(Mistakes.text(wrong));
            return ExitCode.USAGE;
        } catch (TypeConversionException wrong) {
            output.error("the data directory: " + wrong.getMessage());
            return ExitCode.USAGE;
        } catch (Throwable failed) {
            output.failure(describe(failed));
            return ExitCode.FAILURE;
        }
    }

    /** The commands and how they are read. */
    static CommandLine line(WorkerConsole console, Output output, PrintStream out) {
        CommandLine line = new CommandLine(console);
        Values.register(line);
        line.getCommandSpec().usageMessage().footer(NOTES);
        return line.setUsageHelpWidth(WIDTH)
                .setUsageHelpLongOptionsMaxWidth(30)
                // An account may begin with @, which picocli would take for a file of arguments.
                .setExpandAtFiles(false)
                .setOut(new PrintWriter(out, true, StandardCharsets.US_ASCII))
                .setColorScheme(
                        CommandLine.Help.defaultColorScheme(output.colours().on() ? Ansi.ON : Ansi.OFF));
    }

    private static void requireText(CommandLine line, List<String> words) {
        for (int word = 0; word < words.size(); word++) {
            if (words.get(word).indexOf(UNDECODED) >= 0) {
                throw new ParameterException(
                        line,
                        "argument " + (word + 1) + " is no text in this locale: start with LC_ALL=C.UTF-8 or another"
                                + " UTF-8 locale");
            }
        }
    }

    private static int run(Action action, Call call) throws InterruptedException {
        try {
            return action.run(call);
        } catch (MovedDirectoryException moved) {
            throw new DataDirectoryException(
                    "data directory " + call.data() + " was copied, restored or moved since a host used it."
                            + " Workers of the original may live on: end them and the hosts that use it, then say "
                            + ChangeOptions.ACCEPT_MOVED_DIRECTORY + " once",
                    moved);
        }
    }

    /** Messages of the library say it all; those of others often are only the object, so their class is named. */
    static String describe(Throwable failed) {
        return failed instanceof WorkerSupervisorException
                ? String.valueOf(failed.getMessage())
                : failed.getClass().getSimpleName() + ": " + failed.getMessage();
    }

    /** Reads the version from the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "worker-console "
                        + Optional.ofNullable(WorkerConsole.class.getPackage().getImplementationVersion())
                                .orElse("(not packaged)")
            };
        }
    }
}
