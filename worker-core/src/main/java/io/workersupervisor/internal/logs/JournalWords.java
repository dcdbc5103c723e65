package io.workersupervisor.internal.logs;

import io.workersupervisor.LogLevel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How a journal of checkpoints writes progress and cuts. */
final class JournalWords {
    private JournalWords() {}

    static String of(String worker, LogProgress progress) {
        return worker + " " + progress.inode() + " " + progress.base() + " " + progress.offset() + " "
                + progress.time().toEpochMilli() + " " + progress.level() + " "
                + progress.mark().length() + " " + progress.mark().crc();
    }

    /** From the third word on. */
    static LogProgress progress(String[] words) {
        return new LogProgress(
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]),
                Instant.ofEpochMilli(Long.parseLong(words[5])),
                LogLevel.valueOf(words[6]),
                new LogProgress.Mark(Integer.parseInt(words[7]), Long.parseLong(words[8])));
    }

    static String of(List<BatchPiece.Cut> cuts) {
        StringBuilder words = new StringBuilder();
        for (BatchPiece.Cut cut : cuts) {
            words.append(words.length() == 0 ? "" : ",").append(cut.length());
            if (cut.leftOut() > 0) {
                words.append('x').append(cut.leftOut());
            }
        }
        return words.toString();
    }

    static List<BatchPiece.Cut> cuts(String words) {
        List<BatchPiece.Cut> cuts = new ArrayList<>();
        for (String word : words.split(",", -1)) {
            int x = word.indexOf('x');
            cuts.add(
                    x < 0
                            ? new BatchPiece.Cut(Integer.parseInt(word), 0)
                            : new BatchPiece.Cut(
                                    Integer.parseInt(word.substring(0, x)), Integer.parseInt(word.substring(x + 1))));
        }
        return cuts;
    }
}
