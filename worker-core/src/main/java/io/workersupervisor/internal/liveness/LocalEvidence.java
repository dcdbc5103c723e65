package io.workersupervisor.internal.liveness;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.LivenessProbe;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.launch.combined.BothRecords;
import io.workersupervisor.internal.launch.keeper.KeeperRecords;
import io.workersupervisor.internal.launch.shell.ShellRecords;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.launch.shell.ShellTools;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.machine.EnvironmentSearch;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessProbe;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What this machine offers to judge workers of a data directory by. Making one changes nothing.
 *
 * @param data the data directory
 * @param machine the running kernel
 * @param proc its processes
 * @param script the launcher's commands
 * @param locks the accounts' locks
 * @param records what launch paths recorded
 * @param processes the judge of single processes
 * @param search the search by environment
 */
public record LocalEvidence(
        DataDirectory data,
        Kernel machine,
        ProcFs proc,
        ShellScript script,
        AccountLocks locks,
        LaunchRecords records,
        ProcessProbe processes,
        EnvironmentSearch search) {
    /** For those who only look. */
    public static LocalEvidence of(DataDirectory data, boolean unlocked) {
        return of(
                data,
                Kernel.current(),
                ProcFs.system(),
                ShellScript.load(ShellTools.find(ShellTools.systemPath(), unlocked)),
                Clocks.system(InstantSource.system()));
    }

    /** For those who only look. */
    public static LocalEvidence of(DataDirectory data, Kernel machine, ProcFs proc, ShellScript script, Clocks timing) {
        LaunchRecords records = new BothRecords(
                new ShellRecords(data), new KeeperRecords(data, timing, KeeperRecords.Acknowledgement.NONE));
        return of(data, machine, proc, script, timing, records, script::lockState);
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

    /** The verdicts on the rows of a node, with the opinion of the application's probe if it has one. */
    public RowJudge judge(String node, Optional<LivenessProbe> application) {
        return new RowJudge(node, processes, locks, new Descendants(this), application);
    }

    static boolean isAbsent(ShellScript script, long pid) {
        return script.run("kill", "-0", Long.toString(pid)).stream().anyMatch(line -> line.contains("No such process"));
    }
}
