package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.Redaction;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints how many lines a second are cut, read and masked; a program to run by hand, about half a minute. */
final class LogReadingSpeed {
    private static final int LINES = 200_000;
    private static final int ROUNDS = 6;

    private LogReadingSpeed() {}

    public static void main(String[] words) {
        measure(
                "python",
                "2026-11-24 10:15:30,%03d - worker.7001901 - INFO - Delivered message %d to chat 100201 in 27 ms\n");
        measure(
                "json",
                "{\"level\":30,\"time\":1795515330%03d,\"pid\":7,\"hostname\":\"vm\",\"name\":\"w\",\"msg\":\"message %d sent\"}\n");
        measure(
                "logback",
                "2026-11-24 10:15:30,%03d [main] INFO  JvmWorker - Forwarded message %d of account 7 in 10 ms\n");
        measure("raw", "(%03d) delivered message %d to chat 100201 in 27 ms, nothing more to do\n");
    }

    private static void measure(String name, String format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < LINES; i++) {
            out.writeBytes(CutFile.bytes(String.format(Locale.ROOT, format, i % 1000, i)));
        }
        byte[] file = out.toByteArray();
        for (int round = 1; round <= ROUNDS; round++) {
            List<EntryCutter.Span> spans = new ArrayList<>(LINES);
            long begin = System.nanoTime();
            EntryCutter cutter = new EntryCutter(0);
            for (int at = 0; at < file.length; at += 1 << 16) {
                cutter.feed(file, at, Math.min(file.length, at + (1 << 16)), spans::add);
            }
            cutter.closeAll(spans::add);
            long cut = System.nanoTime();
            List<Parsed> entries = new ArrayList<>(LINES);
            Before before = CutFile.FIRST;
            for (EntryCutter.Span span : spans) {
                int from = (int) span.offset();
                Parsed entry = EntryParser.parse(file, from, from + span.length(), before);
                before = before.then(entry, true);
                entries.add(entry);
            }
            long parsed = System.nanoTime();
            int same = 0;
            for (Parsed entry : entries) {
                same += Redaction.standard().apply(entry.message()).equals(entry.message()) ? 1 : 0;
            }
            long masked = System.nanoTime();
            if (round == ROUNDS) {
                System.out.printf(
                        Locale.ROOT,
                        "%-8s %d lines: cut %,.0f/s, read %,.0f/s, mask %,.0f/s (%d unchanged)%n",
                        name,
                        spans.size(),
                        rate(cut - begin),
                        rate(parsed - cut),
                        rate(masked - parsed),
                        same);
            }
        }
    }

    private static double rate(long nanos) {
        return LINES * 1e9 / nanos;
    }
}
