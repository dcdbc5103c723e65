package io.workersupervisor.internal.liveness;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LivenessProbe;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.launch.combined.LaunchPaths;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.launch.shell.ShellTools;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.EnvironmentSearch;
import io.workersupervisor.internal.machine.EnvironmentSearch.Marked;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.machine.ProcessProbe;
import io.workersupervisor.internal.machine.ProcessProbe.Finding;
import io.workersupervisor.spi.WorkerRow;
import java.time.InstantSource;
import java.util.Optional;

/** All by which this machine can judge the workers of a data directory. To make one changes nothing. */
public record LocalEvidence(
        DataDirectory data,
        Kernel machine,
        ProcFs proc,
        ShellScript script,
        AccountLocks locks,
        LaunchRecords records,
        ProcessProbe processes,
        EnvironmentSearch search) {
    /** For a reader, who starts nothing. */
    public static LocalEvidence of(DataDirectory data, boolean unlocked) {
        ShellScript script = ShellScript.load(ShellTools.find(ShellTools.systemPath(), unlocked));
        return of(data, Kernel.current(), ProcFs.system(), script, Clocks.system(InstantSource.system()));
    }

    /** For a reader, who starts nothing. */
    public static LocalEvidence of(DataDirectory data, Kernel machine, ProcFs proc, ShellScript script, Clocks timing) {
        return of(data, machine, proc, script, timing, LaunchPaths.records(data, timing), script::lockState);
    }

    public static LocalEvidence of(
            DataDirectory data,
            Kernel machine,
            ProcFs proc,
            ShellScript script,
            Clocks timing,
            LaunchRecords records,
            AccountLocks.Trial trial) {
        return new LocalEvidence(
                data,
                machine,
                proc,
                script,
                new AccountLocks(data, trial, proc),
                records,
                new ProcessProbe(proc, machine, pid -> isAbsent(script, pid)),
                new EnvironmentSearch(proc, timing));
    }

    public Descendants descendants() {
        return new Descendants(this);
    }

    /** Judges the process of a row's worker; for one whose environment does not name the worker its launcher may vouch. */
    public Finding probe(ProcessIdentity process, WorkerRow row) {
        return probe(process, row.workerId(), row.account());
    }

    Finding probe(ProcessIdentity process, String workerId, AccountId account) {
        Finding finding = processes.probe(process, workerId);
        return finding.kind() != ProcessProbe.Kind.UNMARKED
                ? finding
                : voucher(process, workerId, account)
                        .map(why -> new Finding(
                                ProcessProbe.Kind.ALIVE, finding.evidence() + ", but " + why, finding.waitStatus()))
                        .orElse(finding);
    }

    /** The proof that a process is the worker although it overwrote its environment. */
    private Optional<String> voucher(ProcessIdentity process, String workerId, AccountId account) {
        if (locks.isOpenIn(process.pid(), account)) {
            return Optional.of("it holds the account's lock");
        } else if (records.birth(workerId)
                .filter(birth -> birth.identity().equals(process))
                .isPresent()) {
            return Optional.of("its launcher recorded its birth");
        }
        return ProcessHandle.of(process.pid())
                .flatMap(ProcessHandle::parent)
                .filter(parent -> locks.isOpenIn(parent.pid(), account))
                .map(parent -> "its launcher, pid " + parent.pid() + ", holds the account's lock");
    }

    /** True if the process of a worker runs, although it may have cleared its environment. */
    public boolean runs(ProcessIdentity process, String workerId) {
        return processes.probe(process, workerId).runs();
    }

    /** The identity of this process. */
    public ProcessIdentity self() {
        long pid = ProcessHandle.current().pid();
        return machine.identity(pid, proc.stat(pid).map(ProcFs.Stat::startTicks).orElse(0L));
    }

    /** The identity of a process that was just found. */
    public ProcessIdentity identity(Marked found) {
        return machine.identity(found.stat().pid(), found.stat().startTicks());
    }

    /** True if this process, and no other with its number, is alive. */
    public boolean lives(Marked found) {
        return proc.stat(found.stat().pid())
                .filter(stat -> stat.startTicks() == found.stat().startTicks() && !stat.isDead())
                .isPresent();
    }

    /** The account of a worker, by its birth record. */
    public Optional<AccountId> accountOf(String workerId) {
        return records.birth(workerId).flatMap(birth -> Layout.accountOf(birth.account()));
    }

    /** The verdicts on the rows of a node, with the opinion of the application's probe if it has one. */
    public RowJudge judge(String node, Optional<LivenessProbe> application) {
        return new RowJudge(node, this, application.map(ApplicationProbe::new));
    }

    static boolean isAbsent(ShellScript script, long pid) {
        return script.run("kill", "-0", Long.toString(pid)).stream().anyMatch(line -> line.contains("No such process"));
    }
}
