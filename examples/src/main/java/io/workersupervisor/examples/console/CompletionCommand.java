package io.workersupervisor.examples.console;

import io.workersupervisor.examples.console.frame.Action;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.ExitCode;
import io.workersupervisor.examples.console.frame.HelpOption;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints the script that makes a shell complete commands and options. */
@Command(
        name = "completion",
        description = "Print a script that makes bash or zsh complete commands and options.",
        footer = {
            "",
            "For this shell:",
            "  source <(worker-console completion)",
            "For each new bash:",
            "  worker-console completion >~/.bash_worker_console",
            "  echo '. ~/.bash_worker_console' >>~/.bashrc"
        })
final class CompletionCommand implements Action {
    @Mixin
    final HelpOption help = new HelpOption();

    @Override
    public int run(Call call) {
        CommandLine console = call.line().getParent();
        console.getOut().println(AutoComplete.bash(console.getCommandName(), console));
        return ExitCode.DONE;
    }
}
