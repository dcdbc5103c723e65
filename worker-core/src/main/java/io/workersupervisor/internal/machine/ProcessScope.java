package io.workersupervisor.internal.machine;

import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Tells what of the system ends a process together with others: its systemd unit, its login session, its container. Says
 * only what it has seen; where systemd cannot be asked, or answers for another control group, it says nothing. Thread-safe.
 *
 * @param root the directory that has {@code proc}, {@code var} and {@code etc}
 * @param ask runs a program and gives its output; empty where it fails
 */
public record ProcessScope(Path root, Function<List<String>, Optional<String>> ask) {
    private static final Duration LONGEST = Duration.ofSeconds(2);

    /** The namespace of process numbers in which the machine itself runs, a constant of the kernel. */
    private static final String OF_MACHINE = "pid:[4026531836]";

    /** Asks the programs of this system. */
    public static ProcessScope of(Path root) {
        return new ProcessScope(root, ProcessScope::run);
    }

    private static Optional<String> run(List<String> command) {
        try {
            return ProgramRun.of(new ProcessBuilder(command), LONGEST)
                    .filter(run -> run.status() == 0)
                    .map(ProgramRun::output);
        } catch (IOException noProgram) {
            return Optional.empty();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** A sentence about each unit and session that ends one of these processes with all others in it. */
    public List<String> unitsThatEnd(List<Long> pids) {
        Map<String, Long> groups = new LinkedHashMap<>();
        pids.forEach(pid -> group(pid).ifPresent(group -> groups.putIfAbsent(group, pid)));
        List<String> found = new ArrayList<>();
        groups.forEach((group, pid) -> {
            for (String unit : group.split("/", -1)) {
                unitThatEnds(unit, group)
                        .map(text -> text + " (pid " + pid + " is in it)")
                        .filter(text -> !found.contains(text))
                        .ifPresent(found::add);
            }
        });
        return found;
    }

    private Optional<String> unitThatEnds(String unit, String group) {
        if (unit.startsWith("user@")) {
            return userOf(unit)
                    .filter(user -> !lingers(user))
                    .map(user -> "systemd ends all units of user " + user
                            + ", and the workers in them, at the last logout: loginctl enable-linger " + user
                            + " keeps them");
        } else if (unit.endsWith(".service")) {
            return killMode(unit, group)
                    .map(mode ->
                            "systemd ends every process of " + unit + ", workers too, when that unit stops (KillMode="
                                    + mode + "): KillMode=process lets them live on");
        }
        return unit.matches("session-.*\\.scope") && isKilledAtLogout()
                ? Optional.of(
                        "logind ends every process of " + unit
                                + ", workers too, at logout (KillUserProcesses=yes): run the host as a unit with KillMode=process")
                : Optional.empty();
    }

    /** A sentence where the first process of a container, with which all others end, is this host or has begun it. */
    public Optional<String> containerOf(long host) {
        Optional<String> parent = read("proc/" + host + "/stat")
                .map(stat -> stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1)[1]);
        boolean isFirst = host == 1 || parent.equals(Optional.of("1"));
        Optional<String> first = read("proc/1/comm").map(String::strip).filter(name -> !name.equals("systemd"));
        return isFirst
                        && first.isPresent()
                        && !namespace().isEmpty()
                        && !namespace().equals(OF_MACHINE)
                ? Optional.of("pid " + host + " is in a container whose first process is "
                        + Text.quoted(first.get())
                        + ": when that ends, the kernel ends every process in it, workers too")
                : Optional.empty();
    }

    /** The path of the control group that systemd made; where there are several hierarchies, the one that names a unit. */
    private Optional<String> group(long pid) {
        return read("proc/" + pid + "/cgroup").stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith("0::") || line.contains(":name=systemd:"))
                .map(line -> line.substring(line.indexOf(':', line.indexOf(':') + 1) + 1))
                .filter(path -> path.contains(".service") || path.contains(".scope"))
                .findFirst();
    }

    private Optional<String> killMode(String unit, String group) {
        List<String> command =
                new ArrayList<>(List.of("systemctl", "show", "-p", "KillMode", "-p", "ControlGroup", unit));
        if (group.contains("/user@")) {
            command.add(1, "--user");
        }
        List<String> answer =
                ask.apply(command).map(text -> text.lines().toList()).orElse(List.of());
        // systemctl answers with defaults for a unit that it does not know.
        boolean isThis = answer.stream()
                .filter(line -> line.startsWith("ControlGroup=/"))
                .anyMatch(line -> (group + "/").startsWith(line.substring("ControlGroup=".length()) + "/"));
        return isThis
                ? List.of("control-group", "mixed").stream()
                        .filter(mode -> answer.contains("KillMode=" + mode))
                        .findFirst()
                : Optional.empty();
    }

    private boolean isKilledAtLogout() {
        return ask.apply(List.of("loginctl", "show-session", "-p", "KillUserProcesses"))
                .filter(answer -> answer.strip().equals("KillUserProcesses=yes"))
                .isPresent();
    }

    /** The name of the user whose units these are; empty where it is not known. */
    private Optional<String> userOf(String unit) {
        String uid = unit.substring("user@".length()).replaceAll("[.].*", "");
        return read("etc/passwd").stream()
                .flatMap(String::lines)
                .map(line -> line.split(":", -1))
                .filter(fields -> fields.length > 2 && fields[2].equals(uid))
                .map(fields -> fields[0])
                .findFirst();
    }

    /** True also where it cannot be seen. */
    private boolean lingers(String user) {
        return !Files.isDirectory(root.resolve("var/lib/systemd"))
                || Files.exists(root.resolve("var/lib/systemd/linger").resolve(user));
    }

    private String namespace() {
        try {
            return Files.readSymbolicLink(root.resolve("proc/self/ns/pid")).toString();
        } catch (IOException unknown) {
            return "";
        }
    }

    private Optional<String> read(String file) {
        try {
            return SmallFile.read(root.resolve(file));
        } catch (RuntimeException unreadable) {
            return Optional.empty();
        }
    }
}
