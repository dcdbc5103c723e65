package io.workersupervisor.internal.machine;

import io.workersupervisor.internal.machine.ProcFs.Stat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The use that session leaders make of the machine together with the processes of their session, and with all that these have
 * begun: a process counts for the leader of its session, or else as its parent does. One that left the session and whose
 * parent has ended counts for nobody.
 *
 * @param residentBytes the sum over all of them: what they share counts for each
 */
public record ProcessUse(Duration cpuTime, long residentBytes, List<Long> processes) {
    /** The use of each of these leaders that lives, by one reading of {@code /proc} for all; a reused number is no life. */
    public static Map<ProcessIdentity, ProcessUse> of(
            ProcFs proc, List<Stat> table, Collection<ProcessIdentity> leaders) {
        Map<Long, Stat> byPid = table.stream().collect(Collectors.toMap(Stat::pid, stat -> stat, (one, two) -> one));
        Map<Long, ProcessIdentity> living = leaders.stream()
                .filter(leader -> Optional.ofNullable(byPid.get(leader.pid()))
                        .filter(stat -> stat.startTicks() == leader.startTicks())
                        .isPresent())
                .collect(Collectors.toMap(ProcessIdentity::pid, leader -> leader, (one, two) -> one));
        Map<ProcessIdentity, List<Stat>> found = new HashMap<>();
        byPid.values()
                .forEach(stat -> Optional.ofNullable(living.get(leader(stat, byPid, living.keySet())))
                        .ifPresent(leader -> found.computeIfAbsent(leader, none -> new ArrayList<>())
                                .add(stat)));
        long page = proc.pageBytes();
        Map<ProcessIdentity, ProcessUse> uses = new HashMap<>();
        found.forEach((leader, members) -> uses.put(
                leader,
                new ProcessUse(
                        Duration.ofMillis(
                                10 * members.stream().mapToLong(Stat::cpuTicks).sum()),
                        page * members.stream().mapToLong(Stat::residentPages).sum(),
                        members.stream().map(Stat::pid).sorted().toList())));
        return uses;
    }

    /** The table is no single moment: parents that form a circle are followed only so far. */
    private static long leader(Stat stat, Map<Long, Stat> byPid, Set<Long> leaders) {
        Stat one = stat;
        for (int depth = 0; one != null && depth < 64; depth++) {
            if (leaders.contains(one.session())) {
                return one.session();
            }
            one = byPid.get(one.parent());
        }
        return 0;
    }

    /** Resident memory in which shared pages count once, where the kernel tells; costs some time for each process. */
    public long proportionalBytes(ProcFs proc) {
        long sum = 0;
        for (long pid : processes) {
            if (proc.proportionalBytes(pid).isEmpty()) {
                return residentBytes;
            }
            sum += proc.proportionalBytes(pid).getAsLong();
        }
        return sum;
    }
}
