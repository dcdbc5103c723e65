package io.workersupervisor.sqlite;

import io.workersupervisor.Placeholder;
import io.workersupervisor.PlaceholderContract;

class SqlitePlaceholderTest extends PlaceholderContract {
    @Override
    protected Placeholder placeholder() {
        return new SqlitePlaceholder();
    }
}
