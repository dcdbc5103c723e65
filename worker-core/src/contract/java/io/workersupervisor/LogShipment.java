package io.workersupervisor;

import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.logs.EntryReader;
import io.workersupervisor.internal.logs.KnownWorkers;
import io.workersupervisor.internal.logs.LogFeed;
import io.workersupervisor.internal.logs.SinkShipper;
import io.workersupervisor.internal.logs.WorkerLogFile;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.spi.LogSink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/** Ships the file of one worker into a sink on the caller's thread, without a host. */
public final class LogShipment {
    private static final AccountId ACCOUNT = AccountId.of(4711);
    private static final String WORKER = "01kas9g4bv0123456789abcdef";

    private final DataDirectory data;
    private final WorkerLogFile file;

    public LogShipment(DataDirectory data) {
        this.data = data;
        this.file = new WorkerLogFile(data.path().resolve(Layout.logName(ACCOUNT, WORKER)), ACCOUNT, WORKER);
    }

    /** The worker's file, which the caller writes. */
    public Path file() {
        return file.path();
    }

    /**
     * Reads the file and appends its entries.
     *
     * @param sink gets the entries
     * @param done ends the shipment; asked after every batch
     */
    public void ship(LogSink sink, BooleanSupplier done) throws IOException {
        LogFeed feed = new LogFeed(
                data,
                (account, workerId) ->
                        new KnownWorkers.Known(true, Optional.empty(), Optional.empty(), Optional.empty()),
                new EntryReader(ZoneId.systemDefault(), Redaction.standard()),
                workerId -> false,
                OptionalInt.empty(),
                Clocks.system(InstantSource.system()),
                event -> System.out.println(event.describe()));
        try (SinkShipper shipper = new SinkShipper(sink, data, feed, 50)) {
            while (!done.getAsBoolean()) {
                shipper.noticed(file);
                shipper.tick();
            }
        }
    }
}
