package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.ExitStatus;
import io.workersupervisor.Explanation;
import io.workersupervisor.Redaction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Prints how many lines a second are cut, read and masked, and how long the diagnosis of 256 KiB takes; a program to run by
 * hand, about half a minute.
 */
final class LogReadingSpeed {
    private static final int LINES = 200_000;
    private static final int ROUNDS = 6;
    private static final int DIAGNOSES = 400;

    private LogReadingSpeed() {}

    public static void main(String[] words) throws IOException {
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
        String record = "2026-11-24 10:15:%02d,000 - worker.7001901 - %s %d\n";
        diagnose("records", record, "INFO - Delivered message");
        diagnose("errors", record, "ERROR - connection lost, attempt");
        diagnose("stack", "\tat com.example.Deep%02d.go(%s.java:%d)\n", "Deep");
    }

    /** An end that is nothing but such lines, so that all of it is read. */
    private static void diagnose(String name, String format, String text) throws IOException {
        StringBuilder log = new StringBuilder("Exception in thread \"main\" java.lang.StackOverflowError\n");
        for (int i = 0; log.length() < 256 * 1024; i++) {
            log.append(String.format(Locale.ROOT, format, i % 60, text, i));
        }
        Path file = Files.writeString(Files.createTempFile("end", ".log"), log.substring(0, 256 * 1024));
        long[] nanos = new long[DIAGNOSES];
        for (int i = 0; i < DIAGNOSES; i++) {
            long begin = System.nanoTime();
            Explanation.of(file, new ExitStatus.Exited(1));
            nanos[i] = System.nanoTime() - begin;
        }
        Files.delete(file);
        Arrays.sort(nanos, DIAGNOSES / 2, DIAGNOSES);
        System.out.printf(
                Locale.ROOT,
                "%-8s end of 256 KiB: diagnosed in %.2f ms, at best %.2f ms%n",
                name,
                nanos[DIAGNOSES * 3 / 4] / 1e6,
                nanos[DIAGNOSES / 2] / 1e6);
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
