package io.workersupervisor.internal.keeping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.workersupervisor.AccountId;
import io.workersupervisor.HealthLimits;
import io.workersupervisor.Readiness;
import io.workersupervisor.RestartPolicy;
import io.workersupervisor.StopReason;
import io.workersupervisor.WorkerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecsFileTest {
    private final Path file;
    private final SpecsFile specs;

    SpecsFileTest(@TempDir Path directory) {
        this.file = directory.resolve("workers.jsonl");
        this.specs = new SpecsFile(file);
    }

    @Test
    void every_field_of_a_line_is_read() throws IOException {
        write(file.resolveSibling("a.env"), "# secrets\n\nTOKEN=a=b \n");
        write(file, """
                {"account":4711,"command":["python3","bot.py"],"directory":"bots","env":{"A":"b"},"envFile":"a.env",\
                "inherit":["PATH","NOT_THERE_AT_ALL"],"userId":"u","version":"1.2",\
                "restart":{"policy":"standard","giveUpAfter":7},\
                "ready":{"log":"^up","within":"90s"},"health":{"heartbeat":"2m","memory":"512M","unable":"500ms"}}
                """);

        WorkerSpec spec = specs.find(AccountId.of(4711)).orElseThrow();

        assertThat(specs.problems()).isEmpty();
        assertThat(specs.accounts()).containsExactly(AccountId.of(4711));
        assertThat(spec.command()).containsExactly("python3", "bot.py");
        assertThat(spec.directory()).contains(file.resolveSibling("bots"));
        assertThat(spec.environment()).isEqualTo(Map.of("A", "b", "TOKEN", "a=b ", "PATH", System.getenv("PATH")));
        assertThat(spec.cleanEnvironment()).isTrue();
        assertThat(spec.userId()).contains("u");
        assertThat(spec.version()).contains("1.2");
        RestartPolicy policy = spec.restart().orElseThrow();
        assertThat(policy.of(StopReason.UNKNOWN).budget()).hasValue(7);
        assertThat(policy.of(StopReason.UNKNOWN).givesUp()).isTrue();
        assertThat(spec.readiness().orElseThrow().line()).contains("^up");
        assertThat(spec.readiness().orElseThrow().limit()).isEqualTo(Duration.ofSeconds(90));
        assertThat(spec.healthLimits())
                .isEqualTo(HealthLimits.NONE
                        .withHeartbeat(Duration.ofMinutes(2))
                        .withMemory(512 << 20)
                        .withUnable(Duration.ofMillis(500)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{}|", "{'file':'ready'}|ready", "{'within':'1m'}|"})
    void readiness_may_be_a_file(String ready, @Nullable String name) throws IOException {
        write(file, ("{'account':1,'command':['a'],'ready':" + ready + "}\n").replace('\'', '"'));

        Readiness sign = specs.find(AccountId.of(1)).orElseThrow().readiness().orElseThrow();

        assertThat(sign.path()).isEqualTo(Optional.ofNullable(name).map(file::resolveSibling));
        assertThat(sign.limit()).isEqualTo(Duration.ofSeconds(60));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'account':1,'command':['s3cret']|is no JSON object",
                "['s3cret']|is no JSON object",
                "{'account':1,'command':'s3cret'}|field command must be a list of texts",
                "{'account':1}|field command must be a list of texts",
                "{'account':1,'command':[]}|field command must be a program and its arguments",
                "{'account':'-s3cret','command':['a']}|field account must be an account",
                "{'account':1.5,'command':['a']}|field account must be a text",
                "{'account':1,'command':['a'],'comand':['s3cret']}|must be one of account, command, directory, env",
                "{'account':1,'command':['a'],'env':{'s3cret=':'b'}}|field env must hold variables",
                "{'account':1,'command':['a'],'env':{'A':5}}|field env must hold texts",
                "{'account':1,'command':['a'],'envFile':'missing'}|field envFile must name a file that can be read",
                "{'account':1,'command':['a'],'envFile':'\\u0000'}|field envFile must be a path",
                "{'account':1,'command':['a'],'directory':'a\ufffd'}|field directory must be a path",
                "{'account':1,'command':['a'],'version':' '}|field version must have 1 to 256 characters",
                "{'account':1,'command':['a'],'restart':{'policy':'s3cret'}}|field restart.policy must be standard or never",
                "{'account':1,'command':['a'],'restart':{'giveUpAfter':0}}|field restart.giveUpAfter must be a number from 1",
                "{'account':1,'command':['a'],'ready':'s3cret'}|field ready must be an object",
                "{'account':1,'command':['a'],'ready':{'s3cret':'a'}}|field ready must hold texts, of file, log, within alone",
                "{'account':1,'command':['a'],'ready':{'log':'(s3cret'}}|field ready.log must be a regular expression",
                "{'account':1,'command':['a'],'ready':{'log':'a','file':'b'}}|field ready must have log or file",
                "{'account':1,'command':['a'],'ready':{'within':'25h'}}|field ready.within must be a time from 100ms to 24h",
                "{'account':1,'command':['a'],'health':{'heartbeat':60}}|field health must hold texts",
                "{'account':1,'command':['a'],'health':{'heartbeat':'60'}}|field health.heartbeat must be a time from 1s",
                "{'account':1,'command':['a'],'health':{'memory':'999999999T'}}|field health.memory must be a size from 1M on",
                "{'account':1,'command':['a'],'health':{'memory':'1K'}}|field health.memory must be a size from 1M on",
                "{'account':1,'command':['a'],'health':{'unable':'2d'}}|field health.unable must be a time up to 24h"
            })
    void bad_line_harms_only_itself_and_is_told_by_line_and_field(String line, String problem) throws IOException {
        write(file, line.replace('\'', '"') + "\n{\"account\":2,\"command\":[\"sleep\",\"1\"]}\n");

        assertThat(specs.accounts()).containsExactly(AccountId.of(2));
        assertThat(specs.problems())
                .singleElement()
                .asString()
                .startsWith("line 1 of " + file)
                .contains(problem)
                .doesNotContain("s3cret");
    }

    @Test
    void second_line_of_an_account_is_told_and_does_not_count() throws IOException {
        write(file, "{\"account\":2,\"command\":[\"a\"]}\n{\"account\":\"2\",\"command\":[\"b\"]}\n");

        assertThat(specs.find(AccountId.of(2)).orElseThrow().command()).containsExactly("a");
        assertThat(specs.problems())
                .singleElement()
                .asString()
                .contains("line 2")
                .contains("account 2 is there twice");
    }

    @Test
    void changed_file_is_read_again_and_a_missing_one_changes_nothing() throws IOException {
        assertThat(specs.accounts()).isEmpty();
        assertThat(specs.problems()).singleElement().asString().contains("cannot be read");

        write(file, "{\"account\":1,\"command\":[\"a\"]}\n");
        assertThat(specs.accounts()).containsExactly(AccountId.of(1));

        write(file, "{\"account\":1,\"command\":[\"bb\"]}\n{\"account\":3,\"command\":[\"a\"]}\n");
        assertThat(specs.accounts()).containsExactly(AccountId.of(1), AccountId.of(3));
        assertThat(specs.find(AccountId.of(1)).orElseThrow().command()).containsExactly("bb");

        Files.delete(file);
        assertThat(specs.accounts()).containsExactly(AccountId.of(1), AccountId.of(3));
        assertThat(specs.problems()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "{\"account\":1,\"command\":[\"a\"]}\n{\"account\":2,\"comm"})
    void file_that_is_empty_or_half_written_changes_nothing(String cut) throws IOException {
        write(file, "{\"account\":1,\"command\":[\"a\"]}\n{\"account\":2,\"command\":[\"a\"]}\n");
        assertThat(specs.accounts()).hasSize(2);

        write(file, cut);

        assertThat(specs.accounts()).hasSize(2);
        assertThat(specs.problems()).singleElement().asString().contains("empty or half written");
    }

    @Test
    void env_file_is_read_again_when_it_changes_and_not_while_others_can_read_it() throws IOException {
        Path secrets = file.resolveSibling("a.env");
        write(secrets, "TOKEN=one\n");
        write(file, "{\"account\":1,\"command\":[\"a\"],\"envFile\":\"a.env\"}\n");
        assertThat(token()).hasValue("one");

        write(secrets, "TOKEN=the-other\n");
        assertThat(token()).hasValue("the-other");

        Files.setPosixFilePermissions(secrets, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(specs.accounts()).isEmpty();
        assertThat(specs.problems())
                .singleElement()
                .asString()
                .contains("field envFile must name a file that is not open");

        Files.setPosixFilePermissions(secrets, PosixFilePermissions.fromString("rw-------"));
        assertThat(token()).hasValue("the-other");
    }

    private Optional<String> token() {
        return specs.find(AccountId.of(1)).map(found -> found.environment().get("TOKEN"));
    }

    @Test
    void file_that_is_open_to_others_is_not_read() throws IOException {
        write(file, "{\"account\":1,\"command\":[\"a\"]}\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertThat(specs.accounts()).isEmpty();
        assertThat(specs.problems()).singleElement().asString().contains("set its mode to 0600");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(specs.accounts()).hasSize(1);
        assertThat(specs.problems()).isEmpty();
    }

    @Test
    void nothing_of_a_file_shows_in_its_text() throws IOException {
        write(file, "{\"account\":1,\"command\":[\"s3cret\"]}\n");

        assertThatCode(specs::accounts).doesNotThrowAnyException();
        assertThat(specs.toString()).doesNotContain("s3cret");
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
