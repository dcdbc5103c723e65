package io.workersupervisor.internal.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Inherited variables keep their bytes, whatever the locale makes of them. */
class HostBytesTest {
    private static final String ENVIRON = new String(
            "PATH=/bin\0GREET=gr\u00fc\u00df\0EMPTY=\0=odd\0".getBytes(StandardCharsets.UTF_8),
            StandardCharsets.ISO_8859_1);

    private final WorkerEnvironment.HostBytes host = new WorkerEnvironment.HostBytes(
            Map.of("PATH", "/bin", "GREET", "gr\ufffd\ufffd\ufffd\ufffd", "EMPTY", ""),
            ENVIRON,
            StandardCharsets.US_ASCII);

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void a_value_that_is_inherited_keeps_what_the_charset_lacks() {
        assertThat(utf8(host.variable("GREET", "gr\ufffd\ufffd\ufffd\ufffd"))).isEqualTo("GREET=gr\u00fc\u00df");
    }

    @Test
    void a_value_that_the_spec_gives_is_encoded() {
        assertThat(utf8(host.variable("GREET", "hello"))).isEqualTo("GREET=hello");
        assertThat(utf8(host.variable("NEW", "x=y"))).isEqualTo("NEW=x=y");
        assertThat(utf8(host.variable("EMPTY", ""))).isEqualTo("EMPTY=");
    }

    @Test
    void a_value_that_was_changed_before_the_JVM_began_is_the_present_one() {
        WorkerEnvironment.HostBytes changed =
                new WorkerEnvironment.HostBytes(Map.of("PATH", "/usr/bin"), ENVIRON, StandardCharsets.US_ASCII);

        assertThat(utf8(changed.variable("PATH", "/usr/bin"))).isEqualTo("PATH=/usr/bin");
    }

    @Test
    void P8_what_is_handed_out_may_be_wiped() {
        host.variable("PATH", "/bin")[0] = 0;

        assertThat(utf8(host.variable("PATH", "/bin"))).isEqualTo("PATH=/bin");
    }
}
