package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.LogRetention;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.TestNode;
import io.workersupervisor.internal.directory.HolePuncher;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.spi.InMemoryLogSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Files of workers are bounded, and no line is lost (P5). */
class LogArchivingTest extends OnTailedDirectory {
    private static final LogRetention SMALL = LogRetention.DEFAULT.archiveAt(1 << 20);

    private final InMemoryLogSink sink = new InMemoryLogSink();
    private final List<LogArchiving> rotations = new ArrayList<>();

    @AfterEach
    void end() throws IOException {
        for (LogArchiving rotation : rotations) {
            rotation.close();
        }
    }

    @Test
    @Needs(Need.FALLOCATE)
    void what_every_sink_has_is_archived_and_freed() throws IOException {
        String text = lines(60_000);
        node.write(1, text);
        node.drain(node.tailer(sink));

        rotation(HolePuncher.byProgram()).tick(List.of(node.file(1)));

        assertThat(freed()).isGreaterThanOrEqualTo((2 << 20) - 4096);
        assertThat(Files.size(node.file(1).path())).isEqualTo(text.length());
        assertThat(archived() + rest()).isEqualTo(text);
    }

    @Test
    @Needs(Need.FALLOCATE)
    void p5_a_worker_that_writes_on_loses_nothing_and_the_tailer_reads_on() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        TestedRotation rotation = rotation(HolePuncher.byProgram());
        for (int part = 0; part < 4; part++) {
            node.write(1, lines(30_000));
            node.drain(tailer);
            rotation.tick(List.of(node.file(1)));
        }

        assertThat(sink.size()).isEqualTo(120_000);
        assertThat(archived() + rest()).isEqualTo(lines(30_000).repeat(4));
        assertThat(freed()).isGreaterThan(3 << 20);
    }

    @Test
    void p5_what_one_sink_does_not_have_stays() throws IOException {
        node.write(1, lines(60_000));
        node.drain(node.tailer(sink));
        FailingSink other = new FailingSink();
        other.before = batch -> {
            throw new LogSinkException("away");
        };
        node.drain(node.tailer(other));

        rotation((file, offset, length) -> {
                    throw new AssertionError("nothing may be freed");
                })
                .archiveNothing(node);
    }

    @Test
    void p5_what_grew_while_another_host_had_the_archive_is_archived_after_it() throws IOException {
        node.write(1, lines(60_000));
        node.drain(node.tailer(sink));
        TestedRotation other = rotation((file, offset, length) -> Optional.empty());
        TestedRotation mine = rotation((file, offset, length) -> Optional.empty());
        other.tick(List.of());

        boolean ours = mine.rotation().tick(List.of(node.file(1)));
        other.rotation().close();
        mine.tick(List.of());

        assertThat(ours).isFalse();
        assertThat(LogArchive.parts(node.data)).isNotEmpty();
    }

    private TestedRotation rotation(HolePuncher puncher) {
        boolean[] tried = new boolean[1];
        LogArchiving rotation = new LogArchiving(node.data, node.feed(), SMALL, (file, offset, length) -> {
            // The first is the trial on a file of its own.
            if (!tried[0]) {
                tried[0] = true;
                return Optional.empty();
            }
            return puncher.punch(file, offset, length);
        });
        rotations.add(rotation);
        return new TestedRotation(rotation);
    }

    /** A rotation, and what is expected of it. */
    private record TestedRotation(LogArchiving rotation) {
        void tick(List<WorkerLogFile> files) throws IOException {
            assertThat(rotation.tick(files)).isTrue();
        }

        void archiveNothing(TailedDirectory node) throws IOException {
            tick(List.of(node.file(1)));
            assertThat(LogArchive.parts(node.data)).isEmpty();
        }
    }

    @Test
    @Needs(Need.FALLOCATE)
    void p5_a_crash_before_the_hole_is_made_up_for_by_the_next_host() throws IOException {
        String text = lines(60_000);
        node.write(1, text);
        node.drain(node.tailer(sink));
        TestedRotation dying = rotation((file, offset, length) -> {
            throw new IllegalStateException(TestNode.DIED);
        });
        assertThat(catchDeath(dying)).hasMessage(TestNode.DIED);
        dying.rotation().close();

        rotation(HolePuncher.byProgram()).tick(List.of(node.file(1)));

        assertThat(archived() + rest()).isEqualTo(text);
        assertThat(freed()).isGreaterThanOrEqualTo((2 << 20) - 4096);
    }

    @Test
    @Needs(Need.FALLOCATE)
    void p5_a_crash_behind_the_hole_leaves_the_copy_as_it_is() throws IOException {
        String text = lines(60_000);
        node.write(1, text);
        node.drain(node.tailer(sink));
        TestedRotation dying = rotation((file, offset, length) -> {
            HolePuncher.byProgram().punch(file, offset, length);
            throw new IllegalStateException(TestNode.DIED);
        });
        assertThat(catchDeath(dying)).hasMessage(TestNode.DIED);
        dying.rotation().close();

        rotation(HolePuncher.byProgram()).tick(List.of(node.file(1)));

        assertThat(archived() + rest()).isEqualTo(text);
    }

    private Throwable catchDeath(TestedRotation dying) {
        return org.assertj.core.api.Assertions.catchThrowable(() -> dying.tick(List.of(node.file(1))));
    }

    @Test
    @Needs(Need.FALLOCATE)
    void p7_a_file_that_was_cut_when_a_host_died_holds_up_no_other() throws IOException {
        WorkerLogFile cut = node.write(1, "cut\n");
        node.write(2, lines(60_000));
        node.drain(node.tailer(sink));
        LogProgress before =
                LogProgress.begin(WorkerLogFile.stat(cut.path()).orElseThrow().inode());
        LogProgress after = new LogProgress(
                before.inode(),
                0,
                1 << 20,
                before.time(),
                before.level(),
                LogProgress.Mark.NONE,
                LogProgress.Mark.NONE,
                0);
        try (CheckpointJournal died = CheckpointJournal.open(Layout.archive(node.data))) {
            died.announce(List.of(
                    new BatchPiece(cut.workerId(), before, List.of(new BatchPiece.Cut(1 << 20, 0)), List.of(), after)));
        }

        rotation(HolePuncher.byProgram()).tick(List.of(node.file(2)));

        assertThat(LogArchive.parts(node.data))
                .isNotEmpty()
                .allSatisfy(part -> assertThat(part.of()).isEqualTo(node.file(2)));
        assertThat(node.told()).anyMatch(text -> text.contains(cut.path() + " was cut"));
    }

    @Test
    @Needs(Need.FALLOCATE)
    void p5_another_file_of_the_worker_gets_parts_of_its_own() throws IOException {
        SinkShipper tailer = node.tailer(sink);
        LogArchiving rotation = rotation(HolePuncher.byProgram()).rotation();
        node.write(1, lines(60_000));
        node.drain(tailer);
        rotation.tick(List.of(node.file(1)));
        int before = LogArchive.parts(node.data).size();
        Files.move(node.file(1).path(), directory.resolve("old"));
        node.write(1, lines(60_000));
        node.drain(tailer);

        rotation.tick(List.of(node.file(1)));

        assertThat(LogArchive.parts(node.data)).hasSize(2 * before);
        assertThat(sink.size()).isEqualTo(120_000);
    }

    @Test
    @Needs(Need.FALLOCATE)
    void a_file_that_grows_no_more_is_archived_when_a_slow_sink_has_it_at_last() throws IOException {
        node.write(1, lines(60_000));
        TestedRotation rotation = rotation(HolePuncher.byProgram());
        rotation.tick(List.of(node.file(1)));
        assertThat(LogArchive.parts(node.data)).isEmpty();
        node.drain(node.tailer(sink));

        rotation.tick(List.of());

        assertThat(LogArchive.parts(node.data)).hasSize(2);
    }

    @Test
    void p5_a_new_sink_that_has_nothing_yet_holds_up_the_archive_from_its_begin_on() throws IOException {
        node.write(1, lines(60_000));
        node.drain(node.tailer(sink));
        node.tailer(new FailingSink()).claim();

        rotation(HolePuncher.byProgram()).archiveNothing(node);
    }

    @Test
    void where_nothing_can_be_freed_nothing_is_archived_and_it_is_told() throws IOException {
        node.write(1, lines(60_000));
        node.drain(node.tailer(sink));
        LogArchiving rotation = new LogArchiving(
                node.data, node.feed(), SMALL, (file, offset, length) -> Optional.of("Operation not supported"));
        rotations.add(rotation);

        rotation.tick(List.of(node.file(1)));

        assertThat(LogArchive.parts(node.data)).isEmpty();
        assertThat(node.told()).anyMatch(text -> text.contains("Operation not supported"));
    }

    @Test
    void one_host_archives() throws IOException {
        LogArchiving first = rotation(HolePuncher.byProgram()).rotation();
        LogArchiving second = rotation(HolePuncher.byProgram()).rotation();

        assertThat(first.tick(List.of())).isTrue();
        assertThat(second.tick(List.of())).isFalse();
        first.close();
        assertThat(second.tick(List.of())).isTrue();
    }

    @Test
    @Needs(Need.FALLOCATE)
    void a_tailer_that_lost_its_checkpoint_begins_behind_what_is_freed_and_tells_it() throws IOException {
        SinkShipper first = node.tailer(sink);
        node.write(1, lines(60_000));
        node.drain(first);
        rotation(HolePuncher.byProgram()).tick(List.of(node.file(1)));
        node.kill(first);
        Files.delete(Layout.checkpoints(node.data).resolve("memory/journal"));

        node.drain(node.tailer(sink));

        assertThat(node.told()).anyMatch(text -> text.contains("are freed"));
        assertThat(sink.size()).isBetween(60_000, 60_001);
    }

    private static String lines(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(String.format(java.util.Locale.ROOT, "line %08d of this file, not short\n", i));
        }
        return text.toString();
    }

    private long freed() throws IOException {
        Process du =
                new ProcessBuilder("du", "--block-size=1", node.file(1).path().toString()).start();
        String said = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Files.size(node.file(1).path()) - Long.parseLong(said.substring(0, said.indexOf('\t')));
    }

    private String archived() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List<LogArchive.Part> parts = new ArrayList<>(LogArchive.parts(node.data));
        parts.sort((a, b) -> Long.compare(a.position(), b.position()));
        for (LogArchive.Part part : parts) {
            assertThat(part.position()).isEqualTo(all.size());
            try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(part.path()))) {
                in.transferTo(all);
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    private String rest() throws IOException {
        byte[] bytes = Files.readAllBytes(node.file(1).path());
        int from = 0;
        while (from < bytes.length && bytes[from] == 0) {
            from++;
        }
        return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    }
}
