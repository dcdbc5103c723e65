package io.workersupervisor.examples.console;

import io.workersupervisor.examples.console.frame.Action;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.HelpOption;
import io.workersupervisor.examples.console.frame.Output;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Explains the console, or one of its commands. */
@Command(name = "help", description = "Explain a command, or this program.")
final class HelpCommand implements Action {
    @Mixin
    final HelpOption help = new HelpOption();

    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "The command to explain.")
    private Optional<String> command = Optional.empty();

    @Override
    public int run(Call call) {
        CommandLine console = call.line().getParent();
        CommandLine wanted =
                command.map(name -> subcommand(call, console, name)).orElse(console);
        wanted.usage(wanted.getOut());
        return ExitCode.DONE;
    }

    private static CommandLine subcommand(Call call, CommandLine console, String name) {
        CommandLine found = console.getSubcommands().get(name);
        if (found == null) {
            throw call.wrong("unknown command " + Output.quoted(name) + ": "
                    + String.join(", ", console.getSubcommands().keySet()));
        }
        return found;
    }
}
