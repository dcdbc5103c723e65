package io.workersupervisor.internal.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.CommandedHost;
import io.workersupervisor.HostProcess;
import io.workersupervisor.LaunchPath;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.launch.shell.ShellTools;
import io.workersupervisor.internal.machine.ProcFs;
import java.io.IOException;
import java.net.URL;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** P3, P6, P7: a host beneath which its JDK or its jar is replaced says so, and does what it still can. */
@Timeout(300)
class RunningFilesTest {
    @TempDir
    Path directory;

    @Test
    void files_that_are_as_they_were_are_no_finding() throws IOException {
        Path jar = Files.writeString(directory.resolve("library.jar"), "classes");

        RunningFiles files = new RunningFiles(script(), Stream.of(jar));

        assertThat(files.replaced()).isEmpty();
        assertThat(files.findings()).isEmpty();
    }

    @Test
    void a_jar_that_is_replaced_or_removed_is_named() throws IOException {
        Path jar = Files.writeString(directory.resolve("library.jar"), "classes");
        Path modules = Files.writeString(directory.resolve("modules"), "modules");
        RunningFiles files = new RunningFiles(script(), Stream.of(jar, modules));

        Files.writeString(jar, "other classes");
        Files.delete(modules);

        assertThat(files.replaced()).containsExactly(jar, modules);
        assertThat(files.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding).contains("library.jar", "modules", "should be restarted"));
    }

    @Test
    void a_process_that_can_run_no_program_says_why() {
        RunningFiles files =
                new RunningFiles(new ShellScript("", new ShellTools("/nonexistent/sh", "", "", "")), Stream.empty());

        assertThat(files.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding).contains("can run no program", "No such file or directory"));
    }

    @ParameterizedTest
    @EnumSource(
            value = LaunchPath.class,
            names = {"SH", "KEEPER"})
    void P6_a_host_whose_jdk_can_run_no_program_any_more_stops_its_worker_and_says_what_it_cannot(LaunchPath path)
            throws Exception {
        Path jdk = copyOfTheJdk();
        List<String> command = new ArrayList<>(
                HostProcess.command(List.of(), CommandedHost.class, directory.resolve("data"), path, "sleep", "600"));
        command.set(0, jdk.resolve("bin/java").toString());
        HostProcess host = HostProcess.start(command);
        long child = Long.parseLong(host.await("started"));

        Files.delete(jdk.resolve("lib/jspawnhelper"));
        String stopped = host.ask("stop");
        String doctor = host.ask("doctor");
        // The next tick says it, where the stop has not.
        await().atMost(Duration.ofSeconds(30)).until(() -> host.ask("told").contains("can run no program"));
        String told = host.ask("told");
        host.finish();

        assertThat(stopped).startsWith("Stopped").contains("TERM sent to the group of pid " + child);
        assertThat(ProcFs.system().stat(child).filter(stat -> !stat.isDead())).isEmpty();
        assertThat(doctor).contains("can run no program", "jspawnhelper");
        assertThat(told).contains("can run no program", "jspawnhelper");
    }

    @Test
    void jar_is_found_whatever_letters_its_path_has() throws IOException {
        Path jar = directory.resolve("my app 100% \u00fc").resolve("lib.jar");

        assertThat(RunningFiles.fileOf(jar.toUri().toURL())).contains(jar);
        assertThat(RunningFiles.fileOf(new URL("https://localhost/lib.jar"))).isEmpty();
    }

    private static ShellScript script() {
        return ShellScript.load(ShellTools.find(ShellTools.systemPath(), true));
    }

    /** Of links, where the file system allows them: a file can be taken away without harm to the original. */
    private Path copyOfTheJdk() throws IOException {
        Path original = Path.of(System.getProperty("java.home")).toRealPath();
        Path copy = directory.resolve("jdk");
        Set<String> needless = Set.of("jmods", "include", "man", "docs", "legal", "demo");
        Files.walkFileTree(original, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path place, BasicFileAttributes is) throws IOException {
                if (original.equals(place.getParent())
                        && needless.contains(place.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(copy.resolve(original.relativize(place).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes is) throws IOException {
                if (!Files.exists(file)) {
                    // Some distributions link the sources, which another package brings.
                    return FileVisitResult.CONTINUE;
                }
                Path target = copy.resolve(original.relativize(file).toString());
                Path real = file.toRealPath();
                try {
                    Files.createLink(target, real);
                } catch (FileSystemException | UnsupportedOperationException elsewhere) {
                    Files.copy(real, target);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return copy;
    }
}
