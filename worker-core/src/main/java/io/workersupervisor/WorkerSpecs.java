package io.workersupervisor;

import io.workersupervisor.internal.keeping.SpecsFile;
import io.workersupervisor.internal.text.Require;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The application's answer to the question what is to be run for an account. It is asked at every start that the library does
 * by itself, and nothing of it is stored. Implementations are thread-safe; they are called on threads of their own and may
 * block: a lookup that throws or takes over 10 seconds changes nothing for its account and is reported, and the account is not
 * looked up again while it hangs.
 */
@FunctionalInterface
public interface WorkerSpecs {
    /**
     * Looks up what to run.
     *
     * @return empty if this host does not serve the account: it is left as it is
     */
    Optional<WorkerSpec> find(AccountId account);

    /**
     * The accounts that are to run: those of them that were never started are started when the host begins, and when the
     * answer changes. None by default: then {@link WorkerSupervisor#start} and {@link WorkerSupervisor#ensure} bring accounts in.
     */
    default Collection<AccountId> accounts() {
        return List.of();
    }

    /** The faults of this answer, a sentence each, without secrets; they are reported once each. None by default. */
    default List<String> problems() {
        return List.of();
    }

    /**
     * The specs in a file, read again when it changes: a JSON object on each line, as {@code worker-core/docs/restarts.md} of
     * the project describes it. The file may hold secrets and must be open to its owner alone (mode 0600). A line that is bad
     * harms only its own account and is reported by line and field; a file that is missing, empty or half written changes
     * nothing.
     *
     * @param file the file, which need not exist yet
     */
    static WorkerSpecs fromFile(Path file) {
        return new SpecsFile(Require.nonNull("file", file));
    }

    /**
     * A fixed list.
     *
     * @throws IllegalArgumentException if two specs name one account
     */
    static WorkerSpecs of(Collection<WorkerSpec> specs) {
        Map<AccountId, WorkerSpec> byAccount = WorkerSupervisor.byAccount(specs);
        return new WorkerSpecs() {
            @Override
            public Optional<WorkerSpec> find(AccountId account) {
                return Optional.ofNullable(byAccount.get(account));
            }

            @Override
            public Collection<AccountId> accounts() {
                return byAccount.keySet();
            }
        };
    }
}
