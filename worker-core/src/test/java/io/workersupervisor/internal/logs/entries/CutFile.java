package io.workersupervisor.internal.logs.entries;

import io.workersupervisor.LogLevel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

/** A worker's file cut and read as a whole, for tests. */
final class CutFile {
    static final Instant BIRTH = Instant.parse("2026-11-24T08:00:00Z");
    static final Before FIRST = Before.first(BIRTH, ZoneOffset.UTC, Optional.empty());

    private CutFile() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The spans of a file that is fed in one go. */
    static List<EntryCutter.Span> spans(byte[] file) {
        return spans(file, new Random(0), file.length + 1);
    }

    /** The spans of a file that is fed in portions of at most so many bytes. */
    static List<EntryCutter.Span> spans(byte[] file, Random random, int most) {
        List<EntryCutter.Span> spans = new ArrayList<>();
        EntryCutter cutter = new EntryCutter(0);
        int at = 0;
        while (at < file.length) {
            int portion = Math.min(file.length - at, most > file.length ? most : 1 + random.nextInt(most));
            cutter.feed(file, at, at + portion, spans::add);
            at += portion;
        }
        cutter.closeAll(spans::add);
        return spans;
    }

    /** The entries of a file as text, each without its last newline. */
    static List<String> entries(String file) {
        byte[] bytes = bytes(file);
        return spans(bytes).stream()
                .map(span -> new String(bytes, (int) span.offset(), span.length(), StandardCharsets.UTF_8))
                .map(entry -> entry.endsWith("\n") ? entry.substring(0, entry.length() - 1) : entry)
                .collect(Collectors.toList());
    }

    /** All entries of a file, read one behind the other. */
    static List<Parsed> parsed(byte[] file) {
        return parsed(file, FIRST);
    }

    static List<Parsed> parsed(byte[] file, Before first) {
        List<Parsed> entries = new ArrayList<>();
        Before before = first;
        for (EntryCutter.Span span : spans(file)) {
            int from = (int) span.offset();
            int to = from + span.length();
            Parsed entry = EntryParser.parse(file, from, to, before);
            before = before.then(entry, file[to - 1] == '\n');
            entries.add(entry);
        }
        return entries;
    }

    /** One line read as an entry. */
    static Parsed line(String line) {
        return line(line, FIRST);
    }

    static Parsed line(String line, Before before) {
        byte[] bytes = bytes(line);
        return EntryParser.parse(bytes, 0, bytes.length, before);
    }

    static Before in(String zone, String previous) {
        return new Before(Instant.parse(previous), LogLevel.INFO, false, ZoneId.of(zone), Optional.empty());
    }
}
