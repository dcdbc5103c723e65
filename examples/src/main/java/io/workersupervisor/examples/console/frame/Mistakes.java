package io.workersupervisor.examples.console.frame;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what is wrong on a command line, and where to read on. */
public final class Mistakes {
    private static final Map<String, String> NEEDED =
            Map.of("ACCOUNT", "an account", "LOGFILE", "a file", "COMMAND", "the worker's command after --");

    private Mistakes() {}

    public static String text(ParameterException wrong) {
        CommandLine line = wrong.getCommandLine();
        return message(wrong) + " (see " + line.getCommandSpec().qualifiedName() + " --help)";
    }

    private static String message(ParameterException wrong) {
        CommandLine line = wrong.getCommandLine();
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            return unmatched(line, unmatched);
        } else if (wrong instanceof MissingParameterException missing) {
            ArgSpec first = missing.getMissing().get(0);
            return first instanceof OptionSpec option
                    ? option.longestName() + " needs a value"
                    : line.getCommandName() + " needs " + NEEDED.getOrDefault(first.paramLabel(), first.paramLabel());
        } else if (wrong.getCause() instanceof TypeConversionException value) {
            return (wrong.getArgSpec() instanceof OptionSpec option ? option.longestName() + " " : "")
                    + value.getMessage();
        }
        return String.valueOf(wrong.getMessage());
    }

    private static String unmatched(CommandLine line, UnmatchedArgumentException wrong) {
        String word = wrong.getUnmatched().get(0);
        List<String> meant = wrong.getSuggestions();
        String suggestion = meant.isEmpty() ? "" : "; did you mean " + String.join(" or ", meant) + "?";
        boolean isRoot = line.getParent() == null;
        if (wrong.isUnknownOption()) {
            return (isRoot ? "unknown option " : line.getCommandName() + " takes no ")
                    + withoutValue(word)
                    + suggestion;
        }
        return isRoot
                ? "unknown command " + Output.quoted(word) + suggestion
                : noAccount(line, word).orElse(line.getCommandName() + " does not take " + Output.quoted(word));
    }

    /** Picocli ends a list of accounts at a word that is none, and does not say why it is none. */
    private static Optional<String> noAccount(CommandLine line, String word) {
        if (line.getCommandSpec().positionalParameters().stream()
                .noneMatch(parameter -> parameter.paramLabel().equals("ACCOUNT"))) {
            return Optional.empty();
        }
        try {
            Values.account(word);
            return Optional.empty();
        } catch (TypeConversionException none) {
            return Optional.of(String.valueOf(none.getMessage()));
        }
    }

    private static String withoutValue(String option) {
        return option.replaceFirst("=.*", "");
    }
}
