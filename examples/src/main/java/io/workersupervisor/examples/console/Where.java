package io.workersupervisor.examples.console;

import io.workersupervisor.StopReason;
import io.workersupervisor.examples.console.frame.Inspection;
import io.workersupervisor.examples.console.frame.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A filter of accounts, as {@code reason=FLOOD_WAIT,user=u7}; all of it must fit. */
record Where(List<Predicate<Account>> all) {
    boolean fits(Account account) {
        return all.stream().allMatch(one -> one.test(account));
    }

    /** Reads it. */
    static final class Read implements ITypeConverter<Where> {
        @Override
        public Where convert(String value) {
            List<Predicate<Account>> all = new ArrayList<>();
            for (String one : value.split(",", -1)) {
                String[] words = one.split("=", 2);
                if (words.length < 2 || words[1].isBlank()) {
                    throw new TypeConversionException("must be KEY=VALUE[,...], was " + Output.quoted(value));
                }
                all.add(condition(words[0].strip(), words[1].strip()));
            }
            return new Where(all);
        }

        private static Predicate<Account> condition(String key, String value) {
            return switch (key) {
                case "reason" -> {
                    StopReason reason = reason(value);
                    yield account -> account.reason().equals(Optional.of(reason));
                }
                case "state" -> account -> Inspection.state(account.status()).equalsIgnoreCase(value);
                case "user" -> account -> account.status().userId().equals(Optional.of(value));
                case "version" -> account -> account.status().version().equals(Optional.of(value));
                default ->
                    throw new TypeConversionException(
                            "must have the keys reason, state, user, version, was " + Output.quoted(key));
            };
        }

        private static StopReason reason(String value) {
            return Stream.of(StopReason.values())
                    .filter(reason -> reason.name().equals(value.toUpperCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("reason must be one of "
                            + String.join(
                                    ", ",
                                    Stream.of(StopReason.values())
                                            .map(StopReason::name)
                                            .toList())
                            + ", was " + Output.quoted(value)));
        }
    }
}
