package io.workersupervisor;

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
record LocalMachine(
        DataDirectory data,
        Machine machine,
        ProcFs proc,
        ShellScript script,
        AccountLocks locks,
        LaunchRecords records,
        ProcessProbe processes,
        EnvironmentSearch search) {
    /** For those who only look. */
    static LocalMachine of(DataDirectory data, boolean unlocked) {
        return of(
                data,
                Machine.current(),
                ProcFs.system(),
                ShellScript.load(ShellTools.find(ShellTools.systemPath(), unlocked)),
                Timing.system(InstantSource.system()));
    }

    /** For those who only look. */
    static LocalMachine of(DataDirectory data, Machine machine, ProcFs proc, ShellScript script, Timing timing) {
        LaunchRecords records = new AllRecords(
                new ShRecords(data), new KeeperRecords(data, timing, KeeperRecords.Acknowledgement.NONE));
        return of(data, machine, proc, script, timing, records, script::lockState);
    }

    static LocalMachine of(
            DataDirectory data,
            Machine machine,
            ProcFs proc,
            ShellScript script,
            Timing timing,
            LaunchRecords records,
            AccountLocks.Trial trial) {
        return new LocalMachine(
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
    RowJudge judge(String node, Optional<LivenessProbe> application) {
        return new RowJudge(node, processes, locks, new Descendants(this), application);
    }

    static boolean isAbsent(ShellScript script, long pid) {
        return script.run("kill", "-0", Long.toString(pid)).stream().anyMatch(line -> line.contains("No such process"));
    }
}
