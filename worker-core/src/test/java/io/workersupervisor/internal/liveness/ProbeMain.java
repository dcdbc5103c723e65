package io.workersupervisor.internal.liveness;

import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.launch.shell.ShellTools;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.machine.ProcessProbe;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.spi.RowDetail;

/** Records a process, or judges a recorded one, in a JVM of its own: {@code record PID}, {@code probe ROW-DETAIL}. */
final class ProbeMain {
    private ProbeMain() {}

    public static void main(String[] args) {
        ShellScript script = ShellScript.load(ShellTools.find(ShellTools.systemPath(), true));
        Kernel machine = Kernel.current();
        ProcFs proc = ProcFs.system();
        ProcessProbe probe = new ProcessProbe(proc, machine, pid -> LocalEvidence.isAbsent(script, pid));
        if (args[0].equals("record")) {
            long pid = Long.parseLong(args[1]);
            ProcessIdentity identity = new ProcessIdentity(
                    pid,
                    proc.stat(pid).orElseThrow().startTicks(),
                    0,
                    machine.bootId(),
                    machine.pidNamespace(),
                    machine.timeNamespace());
            System.out.println(Detail.NONE.withIdentity(identity).toJson());
        } else {
            ProcessIdentity identity =
                    Detail.of(RowDetail.parse(args[1])).identity().orElseThrow();
            System.out.println(probe.probe(identity).kind());
        }
    }
}
