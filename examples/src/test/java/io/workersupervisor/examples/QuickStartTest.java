package io.workersupervisor.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuickStartTest {
    @Test
    void answers() {
        assertThat(QuickStart.answer()).contains("sqlite");
    }
}
