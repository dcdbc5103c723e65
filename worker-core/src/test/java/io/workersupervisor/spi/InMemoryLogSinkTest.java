package io.workersupervisor.spi;

class InMemoryLogSinkTest extends LogSinkContract {
    private final LogSink sink = new InMemoryLogSink();

    @Override
    protected LogSink sink() {
        return sink;
    }

    @Override
    protected LogSink another() {
        return sink;
    }
}
