package io.workersupervisor.internal.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mockStatic;

import io.workersupervisor.Samples;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.MockedStatic;
import org.slf4j.MDC;

/** The logger of these tests has no MDC of its own. A mock of statics is of the thread that made it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SAME_THREAD)
class GuardMdcTest {
    private final Map<String, String> mdc = new HashMap<>();
    private MockedStatic<MDC> slf4j;

    @BeforeEach
    void replace() {
        slf4j = mockStatic(MDC.class);
        slf4j.when(() -> MDC.get(anyString())).thenAnswer(call -> mdc.get(call.<String>getArgument(0)));
        slf4j.when(() -> MDC.put(anyString(), anyString()))
                .thenAnswer(call -> mdc.put(call.getArgument(0), call.getArgument(1)));
        slf4j.when(() -> MDC.remove(anyString())).thenAnswer(call -> mdc.remove(call.<String>getArgument(0)));
    }

    @AfterEach
    void restore() {
        slf4j.close();
    }

    @Test
    void the_account_is_there_for_the_length_of_the_work() {
        Map<String, String> seen = new HashMap<>();

        Guard.named(Optional.of(Samples.ACCOUNT), () -> seen.putAll(mdc));

        assertThat(seen).containsExactly(Map.entry("worker.account", "4711"));
        assertThat(mdc).isEmpty();
    }

    @Test
    void work_about_all_accounts_names_none() {
        Map<String, String> seen = new HashMap<>();

        Guard.named(Optional.empty(), () -> seen.putAll(mdc));

        assertThat(seen).containsExactly(Map.entry("worker.account", "-"));
    }

    @Test
    void the_application_gets_back_what_it_had_there() {
        mdc.put("worker.account", "of the application");
        Map<String, String> seen = new HashMap<>();

        Guard.named(Optional.of(Samples.ACCOUNT), () -> seen.putAll(mdc));

        assertThat(seen).containsExactly(Map.entry("worker.account", "4711"));
        assertThat(mdc).containsExactly(Map.entry("worker.account", "of the application"));
    }

    @Test
    void work_that_throws_leaves_nothing_behind() {
        Runnable work = () -> {
            throw new IllegalStateException("of the work");
        };

        assertThatThrownBy(() -> Guard.named(Optional.of(Samples.ACCOUNT), work))
                .hasMessage("of the work");

        assertThat(mdc).isEmpty();
    }
}
