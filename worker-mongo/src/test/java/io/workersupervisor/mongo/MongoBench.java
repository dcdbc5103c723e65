package io.workersupervisor.mongo;

import com.mongodb.WriteConcern;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.workersupervisor.AccountId;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.Rows;
import io.workersupervisor.spi.LogPosition;
import io.workersupervisor.spi.WorkerRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.bson.Document;

/**
 * Claims and entries per second beside the driver's own statements, in turns on the same replica set of three, and the
 * latency of the four queries of operators. All members run on this machine; medians, as other work disturbs each turn.
 *
 * <pre>
 * mvn -q -pl worker-core,worker-mongo test-compile dependency:build-classpath -Dmdep.outputFile=target/cp
 * java -cp worker-mongo/target/test-classes:worker-mongo/target/classes:worker-core/target/classes:$(cat \
 *     worker-mongo/target/cp) io.workersupervisor.mongo.MongoBench [claims a turn] [entries to query]
 * </pre>
 */
final class MongoBench {
    private static final int TURNS = 9;
    private static final int BATCHES = 10;
    private static final int ACCOUNTS = 1_000;
    private static final Instant FIRST = Instant.parse("2026-03-01T00:00:00Z");

    private final MongoClient client;
    private final MongoPlace place;
    private final String database;

    private MongoBench(MongoClient client, String database) {
        this.client = client;
        this.database = database;
        this.place = MongoPlace.of(client, database);
    }

    public static void main(String[] args) throws Exception {
        int claims = args.length > 0 ? Integer.parseInt(args[0]) : 300;
        int entries = args.length > 1 ? Integer.parseInt(args[1]) : 2_000_000;
        ReplicaSet set = TestMongo.set();
        try (MongoClient client = MongoClients.create(set.uri("admin"))) {
            MongoBench bench = new MongoBench(client, "bench");
            bench.claims(claims);
            bench.appends();
            bench.queries(entries);
        }
        System.exit(0);
    }

    private interface Turn {
        void once(int number) throws InterruptedException;
    }

    /** Times of each call in nanoseconds. */
    private static long[] timed(int count, Turn turn) throws InterruptedException {
        long[] times = new long[count];
        for (int i = 0; i < count; i++) {
            long began = System.nanoTime();
            turn.once(i);
            times[i] = System.nanoTime() - began;
        }
        return times;
    }

    private void claims(int count) throws InterruptedException {
        MongoCollection<Document> raw = client.getDatabase(database)
                .withWriteConcern(WriteConcern.MAJORITY)
                .getCollection("raw");
        Wait.one(raw.insertOne(RowMapper.fields(Rows.first(1)).append("_id", 1L)));
        List<long[]> theirs = new ArrayList<>();
        List<long[]> ours = new ArrayList<>();
        try (MongoWorkerRegistry registry = MongoWorkerRegistry.open(place)) {
            WorkerRow[] row = {Rows.first(1)};
            registry.update(Optional.empty(), row[0]);
            for (int turn = -1; turn < TURNS; turn++) {
                long base = Math.max(0, turn + 1L) * count;
                long[] their = timed(count, i -> rawClaim(raw, base + i));
                long[] our = timed(count, i -> {
                    WorkerRow next = Rows.claim(Optional.of(row[0]), AccountId.of(1), Rows.workerId(base + i));
                    if (!registry.update(Optional.of(row[0]), next)) {
                        throw new IllegalStateException("lost");
                    }
                    row[0] = next;
                });
                if (turn >= 0) {
                    theirs.add(their);
                    ours.add(our);
                }
            }
        }
        tell("updateOne of the driver", theirs, theirs, 1);
        tell("claims of the registry", ours, theirs, 1);
    }

    /** The same compare-and-set of the same document, without anything around it. */
    private static void rawClaim(MongoCollection<Document> raw, long number) {
        Document filter = new Document("_id", 1L).append("epoch", new Document("$gte", 0L));
        Document fields = RowMapper.fields(Rows.claim(Optional.empty(), AccountId.of(1), Rows.workerId(number)));
        if (Wait.one(raw.updateOne(filter, new Document("$set", fields)))
                        .orElseThrow()
                        .getMatchedCount()
                != 1) {
            throw new IllegalStateException("lost");
        }
    }

    private void appends() throws InterruptedException {
        MongoCollection<Document> raw = client.getDatabase(database)
                .withWriteConcern(WriteConcern.MAJORITY)
                .getCollection("raw_logs");
        Wait.all(raw.createIndex(Indexes.ascending("timestamp")));
        Wait.all(raw.createIndex(Indexes.ascending("account_id", "timestamp", "_id")));
        Wait.all(raw.createIndex(Indexes.ascending("account_id", "level", "timestamp")));
        List<long[]> theirs = new ArrayList<>();
        List<long[]> ours = new ArrayList<>();
        try (MongoLogSink sink = MongoLogSink.in(place.prefix("appends_"))) {
            for (int turn = -1; turn < TURNS; turn++) {
                long base = (turn + 1L) * BATCHES * EntryWriter.MOST;
                long[] their = timed(
                        BATCHES,
                        i -> Wait.all(raw.insertMany(
                                batch(base + (long) i * EntryWriter.MOST).stream()
                                        .map(EntryMapper::document)
                                        .toList(),
                                new InsertManyOptions().ordered(false))));
                long[] our = timed(BATCHES, i -> sink.append(batch(base + (long) i * EntryWriter.MOST)));
                if (turn >= 0) {
                    theirs.add(their);
                    ours.add(our);
                }
            }
        }
        tell("insertMany of the driver", theirs, theirs, EntryWriter.MOST);
        tell("append of the sink", ours, theirs, EntryWriter.MOST);
    }

    /** Entries of all accounts, one a millisecond, an error in fifty; a tenth of the accounts has none. */
    private static List<LogEntry> batch(long from) {
        return IntStream.range(0, EntryWriter.MOST)
                .mapToObj(i -> entry(from + i))
                .toList();
    }

    private static LogEntry entry(long number) {
        long account = (number * 7_919) % ACCOUNTS;
        boolean grave = number % 50 == 0 && account >= ACCOUNTS / 10;
        return new LogEntry(
                Optional.of(new LogPosition(Rows.workerId(account), number * 120)),
                AccountId.of(account),
                Optional.of("user-" + account % 100),
                grave ? LogLevel.ERROR : LogLevel.INFO,
                FIRST.plusMillis(number * 86),
                false,
                Optional.of("telethon.network"),
                "connection to 149.154.167.51:443/TcpFull complete, resending message " + number);
    }

    private void queries(int entries) throws InterruptedException {
        Random random = new Random(7);
        Instant last = FIRST.plusMillis(entries * 86L);
        try (MongoLogSink sink = MongoLogSink.in(place)) {
            sink.append(batch(0)); // the sink makes its indexes
            load(entries);
            query("last 100 of all", i -> sink.find(LogQuery.last(100)));
            query(
                    "last 50 ERROR/WARNING of one",
                    i -> sink.find(LogQuery.last(50).account(account(random)).atLeast(LogLevel.WARNING)));
            query(
                    "last 24 h of one",
                    i -> sink.find(
                            LogQuery.last(10_000).account(account(random)).since(last.minus(Duration.ofHours(24)))));
            query("last 20 of one", i -> sink.find(LogQuery.last(20).account(account(random))));
        }
    }

    /** By the driver and acknowledged by one member, as the loading is not what is measured. */
    private void load(int entries) {
        MongoCollection<Document> logs =
                client.getDatabase(database).withWriteConcern(WriteConcern.W1).getCollection("worker_logs");
        for (long from = EntryWriter.MOST; from < entries; from += EntryWriter.MOST) {
            Wait.all(logs.insertMany(
                    batch(from).stream().map(EntryMapper::document).toList(), new InsertManyOptions().ordered(false)));
        }
        System.out.printf(
                Locale.ROOT,
                "%d entries to query%n",
                Wait.one(logs.countDocuments()).orElseThrow());
    }

    private static AccountId account(Random random) {
        return AccountId.of(random.nextInt(ACCOUNTS));
    }

    private static void query(String what, Turn turn) throws InterruptedException {
        timed(50, turn);
        long[] times = sorted(List.of(timed(300, turn)));
        System.out.printf(
                Locale.ROOT, "%-30s p50 %.1f ms, p99 %.1f ms%n", what, at(times, 0.5) / 1e6, at(times, 0.99) / 1e6);
    }

    private static void tell(String what, List<long[]> turns, List<long[]> beside, int each) {
        double[] ratios = IntStream.range(0, turns.size())
                .mapToDouble(turn -> (double) sum(beside.get(turn)) / sum(turns.get(turn)))
                .sorted()
                .toArray();
        double[] rates = turns.stream()
                .mapToDouble(turn -> turn.length * each / (sum(turn) / 1e9))
                .sorted()
                .toArray();
        long[] times = sorted(turns);
        System.out.printf(
                Locale.ROOT,
                "%-26s %7.0f/s, ratio %.2f, p50 %.1f ms, p99 %.1f ms%n",
                what,
                rates[rates.length / 2],
                ratios[ratios.length / 2],
                at(times, 0.5) / 1e6,
                at(times, 0.99) / 1e6);
    }

    private static long sum(long[] times) {
        return Arrays.stream(times).sum();
    }

    private static long[] sorted(List<long[]> turns) {
        return turns.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    }

    private static long at(long[] sorted, double part) {
        return sorted[(int) (part * (sorted.length - 1))];
    }
}
