package io.workersupervisor.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessScopeTest {
    private static final String ASK = "systemctl show -p KillMode -p ControlGroup bot.service";

    @TempDir
    private Path root;

    private ProcessScope answering(Map<String, String> answers) {
        return new ProcessScope(root, command -> Optional.ofNullable(answers.get(String.join(" ", command))));
    }

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void inGroup(String group) throws IOException {
        file("proc/42/cgroup", "9:name=systemd:/\n4:memory:/x\n0::" + group + "\n");
    }

    @ParameterizedTest
    @CsvSource({"control-group,true", "mixed,true", "process,false", "none,false"})
    void unit_ends_workers_by_its_kill_mode(String mode, boolean ends) throws IOException {
        inGroup("/system.slice/bot.service/sub");
        String answer = "KillMode=" + mode + "\nControlGroup=/system.slice/bot.service\n";

        List<String> found = answering(Map.of(ASK, answer)).unitsThatEnd(List.of(42L, 42L));

        assertThat(found).hasSize(ends ? 1 : 0);
        assertThat(String.join("", found)).contains(ends ? "bot.service" : "");
    }

    @Test
    void nothing_is_said_of_what_systemd_does_not_answer_or_does_not_know() throws IOException {
        inGroup("/system.slice/bot.service");
        assertThat(answering(Map.of()).unitsThatEnd(List.of(42L))).isEmpty();
        assertThat(answering(Map.of(ASK, "KillMode=control-group\nControlGroup=\n"))
                        .unitsThatEnd(List.of(42L)))
                .isEmpty();
        assertThat(answering(Map.of(ASK, "KillMode=control-group\nControlGroup=/system.slice/bot\n"))
                        .unitsThatEnd(List.of(42L)))
                .isEmpty();
        inGroup("/");
        assertThat(answering(Map.of()).unitsThatEnd(List.of(42L, 43L))).isEmpty();
    }

    @Test
    void session_ends_workers_where_logind_says_so() throws IOException {
        inGroup("/user.slice/user-1000.slice/session-3.scope");
        String ask = "loginctl show-session -p KillUserProcesses";
        assertThat(answering(Map.of(ask, "KillUserProcesses=yes\n")).unitsThatEnd(List.of(42L)))
                .singleElement()
                .asString()
                .contains("session-3.scope", "at logout");
        assertThat(answering(Map.of(ask, "KillUserProcesses=no\n")).unitsThatEnd(List.of(42L)))
                .isEmpty();
    }

    @Test
    void unit_of_a_user_who_does_not_linger_ends_at_logout() throws IOException {
        inGroup("/user.slice/user-1000.slice/user@1000.service/app.slice/bot.service");
        assertThat(answering(Map.of()).unitsThatEnd(List.of(42L))).isEmpty();
        Files.createDirectories(root.resolve("var/lib/systemd/linger"));
        assertThat(answering(Map.of()).unitsThatEnd(List.of(42L))).isEmpty();
        file("etc/passwd", "root:x:0:0::/root:/bin/sh\nbots:x:1000:1000::/home/bots:/bin/sh\n");
        assertThat(answering(Map.of()).unitsThatEnd(List.of(42L)))
                .singleElement()
                .asString()
                .contains("user bots", "enable-linger bots");
        file("var/lib/systemd/linger/bots", "");
        assertThat(answering(Map.of()).unitsThatEnd(List.of(42L))).isEmpty();
    }

    @Test
    void container_ends_with_its_first_process() throws IOException {
        file("proc/1/comm", "tini\n");
        file("proc/42/stat", "42 (a b) c) S 1 42 42 0\n");
        file("proc/43/stat", "43 (java) S 42 42 42 0\n");
        Files.createDirectories(root.resolve("proc/self/ns"));
        Path namespace = root.resolve("proc/self/ns/pid");

        Files.createSymbolicLink(namespace, Path.of("pid:[4026531836]"));
        assertThat(answering(Map.of()).containerOf(42)).isEmpty();
        Files.delete(namespace);
        Files.createSymbolicLink(namespace, Path.of("pid:[4026532999]"));
        assertThat(answering(Map.of()).containerOf(42).orElseThrow()).contains("\"tini\"");
        assertThat(answering(Map.of()).containerOf(43)).isEmpty();
        file("proc/1/comm", "systemd\n");
        assertThat(answering(Map.of()).containerOf(42)).isEmpty();
    }
}
