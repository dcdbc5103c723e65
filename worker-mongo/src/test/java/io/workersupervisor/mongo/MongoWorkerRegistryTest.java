package io.workersupervisor.mongo;

import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRegistryContract;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

@NeedsMongod
class MongoWorkerRegistryTest extends WorkerRegistryContract {
    private final List<MongoWorkerRegistry> open = new ArrayList<>();
    private MongoPlace place;

    @BeforeEach
    void choosePlace() throws Exception {
        place = MongoPlace.of(TestMongo.set().uri(TestMongo.freshName()));
    }

    @Override
    protected WorkerRegistry registry() {
        return open.isEmpty() ? another() : open.get(0);
    }

    @Override
    protected WorkerRegistry another() {
        open.add(MongoWorkerRegistry.open(place));
        return open.get(open.size() - 1);
    }

    @AfterEach
    void close() {
        open.forEach(MongoWorkerRegistry::close);
    }
}
