package io.workersupervisor.internal.liveness;

import io.workersupervisor.AccountId;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.directory.NodeStamp;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.machine.ProcessProbe;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.CorruptRowException;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Living workers of this data directory that no row names: their registry or directory was lost, or an older copy of it
 * came back. Their environment names them; for one that cleared it, the birth record does. They are looked for when a host
 * begins and at every {@link WorkerSupervisor#reconcile()}; each keeps its account refused for as long as it lives.
 * (A host whose directory is replaced beneath it starts nothing any more.)
 */
public final class UnregisteredWorkers {
    private final WorkerRegistry registry;
    private final LocalEvidence local;
    private volatile Map<String, List<Marked>> found = Map.of();

    public UnregisteredWorkers(WorkerRegistry registry, LocalEvidence local) {
        this.registry = registry;
        this.local = local;
    }

    /**
     * Looks for them among all processes; returns those that no row names now. A row that cannot be read may name them or
     * not: {@link #ofUnreadableRows()}.
     */
    public List<Marked> look() {
        List<Marked> processes = processes();
        return look(processes, openRows());
    }

    /** As {@link #look()}, of processes that were found before, and rows that were read after that. */
    public List<Marked> look(List<Marked> processes, List<WorkerRow> rows) {
        return all(processes, rows).stream()
                .filter(marked -> !isUnreadable(marked.account()))
                .toList();
    }

    /** The open rows of this node, in one statement for all. */
    private List<WorkerRow> openRows() {
        return NodeStamp.read(local.data())
                .map(stamp -> registry.list(RowSelection.openOf(stamp.node())).rows())
                .orElse(List.of());
    }

    /** Living workers of accounts whose row cannot be read. */
    public List<Marked> ofUnreadableRows() {
        List<Marked> processes = processes();
        return all(processes, openRows()).stream()
                .filter(marked -> isUnreadable(marked.account()))
                .toList();
    }

    /** True if the row of an account is there and cannot be read. */
    public boolean isUnreadable(String account) {
        return named(account).isEmpty();
    }

    private List<Marked> all(List<Marked> processes, List<WorkerRow> rows) {
        Map<String, String> named = rows.stream()
                .filter(row -> row.state().isOpen())
                .collect(Collectors.toMap(row -> row.account().toString(), WorkerRow::workerId));
        Map<String, List<Marked>> all = processes.stream()
                .filter(marked -> !marked.account().isEmpty())
                .collect(Collectors.groupingBy(Marked::account));
        Map<String, List<Marked>> strangers = new HashMap<>();
        all.forEach((account, marked) -> {
            boolean areNamed =
                    marked.stream().allMatch(process -> process.workerId().equals(named.get(account)));
            strangers.put(account, areNamed ? List.of() : withoutRow(account, marked));
        });
        found = Map.copyOf(strangers);
        return strangers.values().stream()
                .flatMap(List::stream)
                .filter(local::lives)
                .toList();
    }

    private List<Marked> withoutRow(String account, List<Marked> marked) {
        String known = named(account).orElse("");
        return marked.stream()
                .filter(process -> !process.workerId().equals(known))
                .toList();
    }

    /** The worker that the row of an account names, or "" for none; nothing where the row cannot be read. */
    private Optional<String> named(String account) {
        try {
            return Optional.of(registry.find(AccountId.parse(account))
                    .filter(row -> row.state().isOpen())
                    .map(WorkerRow::workerId)
                    .orElse(""));
        } catch (CorruptRowException unreadable) {
            return Optional.empty();
        } catch (IllegalArgumentException noAccount) {
            return Optional.of("");
        }
    }

    /** Returns all of an account that were found and still live. */
    public List<Marked> living(AccountId account) {
        return found.getOrDefault(account.toString(), List.of()).stream()
                .filter(local::lives)
                .toList();
    }

    /**
     * Looks again for the account of a row, besides the worker that an open row names. An account that had none when all were
     * looked for is not searched again while its row names a worker: since then each of its workers had a row, and lost it
     * by its death only.
     */
    public List<Marked> besides(WorkerRow row) {
        if (!row.state().isOpen()) {
            return search(row.account(), "");
        }
        return found.getOrDefault(row.account().toString(), List.of()).isEmpty()
                ? List.of()
                : search(row.account(), row.workerId());
    }

    /**
     * Looks again, for one account. The row is read after the processes: it names a worker before that worker runs, so one
     * that was claimed meanwhile is no stranger.
     */
    public List<Marked> search(AccountId account, String workerId) {
        List<Marked> others = processes(account).stream()
                .filter(marked -> !marked.workerId().equals(workerId))
                .toList();
        return others.isEmpty()
                ? others
                : withoutRow(account.toString(), others).stream()
                        .filter(local::lives)
                        .toList();
    }

    private List<Marked> processes(AccountId account) {
        return withRecorded(
                local.search().ofAccount(local.data(), account),
                birth -> birth.account().equals(Layout.fileName(account)));
    }

    /** The living processes that carry the marks of this data directory, or are recorded in it. */
    public List<Marked> processes() {
        return withRecorded(local.search().ofDirectory(local.data()), birth -> true);
    }

    private List<Marked> withRecorded(List<Marked> marked, Predicate<LaunchRecords.Birth> sought) {
        Set<Long> known = marked.stream().map(process -> process.stat().pid()).collect(Collectors.toSet());
        Stream<Marked> recorded = local.records().workers().stream()
                .flatMap(workerId -> local.records().birth(workerId).stream())
                .filter(sought)
                .filter(birth -> !known.contains(birth.identity().pid()))
                .flatMap(birth -> recorded(birth).stream());
        return Stream.concat(marked.stream(), recorded).toList();
    }

    /** The worker of a birth record, if it is still that process. */
    private Optional<Marked> recorded(LaunchRecords.Birth birth) {
        Optional<AccountId> account = Layout.accountOf(birth.account());
        return account.filter(of ->
                        local.probe(birth.identity(), birth.workerId(), of).kind() == ProcessProbe.Kind.ALIVE)
                .flatMap(of -> local.proc().stat(birth.identity().pid()))
                .map(stat -> new Marked(
                        stat,
                        account.orElseThrow().toString(),
                        birth.workerId(),
                        birth.epoch(),
                        local.data().path().toString()));
    }

    /** The holder of an account's lock, in words. */
    public String holder(AccountId account) {
        List<Marked> marked = processes(account);
        if (!marked.isEmpty()) {
            return describe(marked);
        }
        String pids = local.descendants().holders(account);
        return "its lock is held by " + (pids.isEmpty() ? "a process that cannot be seen" : pids);
    }

    public static String pids(List<Marked> marked) {
        return marked.stream().map(Marked::toString).collect(Collectors.joining(", "));
    }

    /** A sentence about one that keeps its account refused. */
    public static String refused(Marked stranger) {
        return describe(List.of(stranger)) + " and the registry does not know it: "
                + (stranger.accountId().isPresent()
                        ? "its account is refused while it lives"
                        : "its account name is not valid, " + Text.quoted(stranger.account()));
    }

    public static String describe(List<Marked> marked) {
        return marked.stream()
                .map(process -> "pid " + process.stat().pid() + " runs as worker " + process.workerId() + " of epoch "
                        + process.epoch())
                .distinct()
                .collect(Collectors.joining(", "));
    }
}
