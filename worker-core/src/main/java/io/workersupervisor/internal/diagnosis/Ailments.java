package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Ailment;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.DiagnosisRule;
import io.workersupervisor.LogExcerpt;
import io.workersupervisor.LogLevel;
import io.workersupervisor.Redaction;
import io.workersupervisor.internal.diagnosis.TailOfLog.Entry;
import io.workersupervisor.internal.diagnosis.TailOfLog.Line;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.registry.Detail;
import io.workersupervisor.internal.text.Text;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Looks for what keeps a living worker from its work. Blocks for reading the last 16 KiB of its log. Thread-safe.
 *
 * <ol>
 *   <li>The log ends with a line that says the worker cannot go on, and nothing ordinary follows; or such a line comes again
 *       and again. It may be the cause of a silence.
 *   <li>A heartbeat that the spec promised is overdue.
 * </ol>
 */
public final class Ailments {
    private static final int LOOP = 3;
    private static final int MOST_ENTRIES = 64;

    private final DataDirectory data;
    private final RulesDirectory rules;
    private final Redaction redaction;
    private final Clocks timing;

    public Ailments(DataDirectory data, RulesDirectory rules, Redaction redaction, Clocks timing) {
        this.data = data;
        this.rules = rules;
        this.redaction = redaction;
        this.timing = timing;
    }

    public Optional<Ailment> look(WorkerRow row) {
        return log(row).or(() -> silence(row));
    }

    /** Times of files are those of the wall clock; one that was set back makes nobody silent. */
    public Optional<Ailment> silence(WorkerRow row) {
        return Detail.of(row).heartbeat().flatMap(promised -> {
            Instant last = lastBeat(row);
            Duration since = Duration.between(last, timing.now());
            return since.compareTo(promised) <= 0
                    ? Optional.empty()
                    : Optional.of(new Ailment(
                            row.workerId(),
                            Optional.empty(),
                            "no heartbeat since " + last + ", one every " + Text.words(promised) + " was promised",
                            Optional.empty()));
        });
    }

    private Instant lastBeat(WorkerRow row) {
        try {
            Instant beat = Files.getLastModifiedTime(Layout.heartbeatFile(data, row.workerId()))
                    .toInstant();
            return beat.isAfter(row.startedAt()) ? beat : row.startedAt();
        } catch (IOException none) {
            // It has not beaten yet.
            return row.startedAt();
        }
    }

    public Optional<Ailment> log(WorkerRow row) {
        Optional<Path> file = Detail.of(row).log().map(name -> data.path().resolve(name));
        try {
            return file.isEmpty()
                    ? Optional.empty()
                    : of(row.workerId(), file.get(), TailOfLog.read(file.get(), TailOfLog.SHORT), rules.rules());
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    private Optional<Ailment> of(String workerId, Path file, TailOfLog tail, RuleSet rules) {
        List<Entry> entries = tail.entries();
        boolean isLast = true;
        int found = 0;
        Optional<Ailment> first = Optional.empty();
        for (int i = entries.size() - 1; i >= Math.max(0, entries.size() - MOST_ENTRIES); i--) {
            Headlines headlines = Headlines.of(entries.get(i));
            Optional<Ailment> ailment = of(workerId, file, entries.get(i), headlines, rules);
            if (ailment.isPresent()) {
                found++;
                first = first.isPresent() ? first : ailment;
                if (isLast || found == LOOP) {
                    return first;
                }
            }
            isLast = isLast && headlines.lines().stream().anyMatch(line -> rules.isClosing(line.text()));
        }
        return Optional.empty();
    }

    private Optional<Ailment> of(String workerId, Path file, Entry entry, Headlines headlines, RuleSet rules) {
        boolean isTold = !entry.isBelow(LogLevel.WARNING);
        for (Line line : isTold ? headlines.lines() : List.<Line>of()) {
            for (DiagnosisRule rule : rules.alive()) {
                if (RuleMatch.find(rule.pattern(), line.text()).isPresent() && RuleMatch.isNear(rule, entry)) {
                    LogExcerpt excerpt = LogReading.excerpt(
                            String.valueOf(file.getFileName()),
                            line,
                            entry.parsed().level(),
                            redaction);
                    return Optional.of(new Ailment(
                            workerId,
                            Optional.of(rule.reason()),
                            rule.reason().words() + ", rule " + rule.id() + ": " + excerpt.describe(),
                            Optional.of(excerpt)));
                }
            }
        }
        return Optional.empty();
    }
}
