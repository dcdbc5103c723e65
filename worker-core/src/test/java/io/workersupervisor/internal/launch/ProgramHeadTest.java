package io.workersupervisor.internal.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.workersupervisor.internal.text.PlatformCharset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramHeadTest {
    private static final int RISC_V = 243;
    private static final int I386 = 3;

    @TempDir
    Path home;

    private Path file(byte[] content) throws IOException {
        return Files.write(home.resolve("worker"), content);
    }

    private static byte[] elf(int machine, ByteOrder order) {
        ByteBuffer head = ByteBuffer.allocate(64).order(order);
        head.put(new byte[] {0x7f, 'E', 'L', 'F', 2, (byte) (order == ByteOrder.BIG_ENDIAN ? 2 : 1), 1});
        return head.putShort(16, (short) 2).putShort(18, (short) machine).array();
    }

    private Optional<String> fault(Path program) {
        return ProgramHead.fault(program, home, home.resolve("no-emulators"));
    }

    private Optional<String> faultBesideAnEmulator(Path program) throws IOException {
        Path emulators = Files.createDirectories(home.resolve("emulators"));
        Files.writeString(emulators.resolve("qemu-riscv64"), "enabled");
        return ProgramHead.fault(program, home, emulators);
    }

    private static byte[] withoutLoader() throws IOException {
        String bytes = new String(Files.readAllBytes(Path.of("/proc/self/exe")), StandardCharsets.ISO_8859_1);
        int loader = bytes.indexOf("/ld-");
        return (bytes.substring(0, loader) + "/no-" + bytes.substring(loader + 4))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private Optional<String> faultOfScript(String text) throws IOException {
        return fault(file(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void a_program_of_another_machine_is_foreign_in_either_order_of_bytes() throws IOException {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            assertThat(fault(file(elf(RISC_V, order))))
                    .as("%s", order)
                    .hasValue("Exec format error: " + home.resolve("worker"));
        }
    }

    @Test
    void a_program_of_this_machine_or_of_its_32_bits_is_not() throws IOException {
        assertThat(fault(Path.of("/proc/self/exe"))).isEmpty();
        assertThat(fault(file(elf(I386, ByteOrder.LITTLE_ENDIAN)))).isEmpty();
    }

    @Test
    void a_file_too_short_for_a_program_is_left_to_the_system() throws IOException {
        assertThat(fault(file(new byte[] {0x7f, 'E', 'L', 'F'}))).isEmpty();
        assertThat(fault(file(new byte[0]))).isEmpty();
    }

    /** The program of this test's JVM is linked dynamically, and names its loader. */
    @Test
    void a_program_whose_loader_is_missing_names_it() throws IOException {
        assertThat(fault(file(withoutLoader())).orElseThrow())
                .contains("needs the loader /", "/no-", "which is not there");
    }

    @Test
    void a_program_of_another_machine_is_left_to_an_emulator_which_has_loaders_of_its_own() throws IOException {
        byte[] foreign = withoutLoader();
        ByteBuffer.wrap(foreign).order(ByteOrder.nativeOrder()).putShort(18, (short) RISC_V);

        assertThat(faultBesideAnEmulator(file(foreign))).isEmpty();
        assertThat(faultBesideAnEmulator(file(withoutLoader())).orElseThrow()).contains("which is not there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"#!/bin/sh\r\nexit\r\n", "#!/bin/sh\r", "#! /usr/bin/env python3\r\n"})
    void a_carriage_return_in_the_first_line_is_told(String text) throws IOException {
        assertThat(faultOfScript(text).orElseThrow())
                .contains("carriage return")
                .doesNotContain("\r");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"#!/bin/sh\n", "#! /bin/sh -e\n", "#!/bin/sh", "#!/usr/bin/perl -w\r\n", "echo\r\n", "#!sh\n"})
    void a_script_that_the_system_runs_has_no_fault(String text) throws IOException {
        Files.createSymbolicLink(home.resolve("sh"), Path.of("/bin/sh"));
        assumeThat(Path.of("/usr/bin/perl")).exists();

        assertThat(faultOfScript(text)).isEmpty();
    }

    @Test
    void an_interpreter_that_is_missing_or_no_program_is_named() throws IOException {
        assertThat(faultOfScript("#!/no/such/python3 -u\n"))
                .hasValue("the interpreter of " + home.resolve("worker") + ", /no/such/python3, is not there");
        assertThat(faultOfScript("#!/etc/passwd\n").orElseThrow()).endsWith(", /etc/passwd, may not be executed");
    }

    @Test
    void the_name_of_an_interpreter_is_utf_8() throws IOException {
        assumeThat(PlatformCharset.doubt("é")).isEmpty();
        Files.createSymbolicLink(home.resolve("Jürgens-sh"), Path.of("/bin/sh"));

        assertThat(faultOfScript("#!" + home.resolve("Jürgens-sh") + "\n")).isEmpty();
        assertThat(faultOfScript("#!/no/Jürgens-sh\n").orElseThrow()).endsWith(", /no/Jürgens-sh, is not there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"#!/no/J\u00fcrgens-sh\n", "#!/no/sh\0\n"})
    void an_interpreter_whose_name_cannot_be_read_for_certain_is_left_to_the_system(String text) throws IOException {
        assertThat(fault(file(text.getBytes(StandardCharsets.ISO_8859_1)))).isEmpty();
    }
}
