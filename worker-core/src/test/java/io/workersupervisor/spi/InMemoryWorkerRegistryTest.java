package io.workersupervisor.spi;

class InMemoryWorkerRegistryTest extends WorkerRegistryContract {
    private final WorkerRegistry registry = new InMemoryWorkerRegistry();

    @Override
    protected WorkerRegistry registry() {
        return registry;
    }

    @Override
    protected WorkerRegistry another() {
        return registry;
    }
}
