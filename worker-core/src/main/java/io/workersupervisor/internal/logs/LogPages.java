package io.workersupervisor.internal.logs;

import io.workersupervisor.LogAnswer;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogQuery;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads any number of entries in little memory.
 *
 * <ol>
 *   <li>Pages are found from the newest one backwards. A page ends between two milliseconds, as entries of other programs
 *       have nothing but their time; of one worker it ends anywhere.
 *   <li>The newest pages are kept, of the others the bounds alone.
 *   <li>All are handed out from the oldest on; one that was not kept is read again.
 * </ol>
 *
 * Entries of one millisecond are held together.
 */
public final class LogPages {
    /** Entries of a page: 16 MB where each is as long as can be. */
    static final int PAGE = 250;

    /** The most characters of the pages that are kept. */
    private static final long KEPT = 2 << 20;

    private final Function<LogQuery, LogAnswer> find;
    private final Deque<Page> pages = new ArrayDeque<>();
    private long kept;

    /** A page: the answer, or, where it is not kept, the query that finds it again. */
    private record Page(LogQuery query, Optional<LogAnswer> answer) {}

    private LogPages(Function<LogQuery, LogAnswer> find) {
        this.find = find;
    }

    /**
     * Hands out the entries of a query, oldest first; one part without entries if there are none.
     *
     * @param find finds so many entries as the limit says, if there are so many
     */
    public static void forEach(LogQuery query, Function<LogQuery, LogAnswer> find, Consumer<LogAnswer> part) {
        LogPages reading = new LogPages(find);
        reading.look(query);
        for (Page page : reading.pages) {
            part.accept(page.answer().orElseGet(() -> find.apply(page.query())));
        }
    }

    /** Steps 1 and 2. */
    private void look(LogQuery query) {
        LogQuery rest = query;
        while (true) {
            LogAnswer found = find.apply(rest.limit(Math.min(rest.limit(), PAGE)));
            List<LogEntry> entries = found.entries();
            if (entries.size() < PAGE || rest.limit() == entries.size()) {
                if (pages.isEmpty() || !entries.isEmpty()) {
                    add(rest.limit(Math.max(1, entries.size())), found);
                }
                return;
            }
            LogAnswer page = query.workerId().isPresent() ? found : wholeMilliseconds(rest, found);
            LogEntry first = page.entries().get(0);
            int left = rest.limit() - page.entries().size();
            if (query.workerId().isPresent()) {
                add(rest.limit(entries.size()), page);
                rest = rest.before(first.requirePosition());
            } else {
                LogEntry last = page.entries().get(page.entries().size() - 1);
                LogQuery period = rest.since(first.timestamp()).until(last.timestamp());
                // late entries of the period come beside those that were there
                add(left == 0 ? period.limit(page.entries().size()) : period.limit(LogQuery.MOST), page);
                rest = rest.until(first.timestamp().minusMillis(1));
            }
            if (left == 0) {
                return;
            }
            rest = rest.limit(left);
        }
    }

    private LogAnswer wholeMilliseconds(LogQuery rest, LogAnswer found) {
        Instant cut = found.entries().get(0).timestamp();
        List<LogEntry> whole = found.entries().stream()
                .filter(entry -> entry.timestamp().isAfter(cut))
                .toList();
        LogAnswer page = whole.isEmpty()
                ? find.apply(rest.since(cut).until(cut))
                : new LogAnswer(whole, found.source(), found.trouble());
        return page.entries().isEmpty() ? found : page;
    }

    private void add(LogQuery query, LogAnswer page) {
        for (LogEntry entry : page.entries()) {
            kept += entry.message().length();
        }
        pages.addFirst(new Page(query, kept <= KEPT || pages.isEmpty() ? Optional.of(page) : Optional.empty()));
    }
}
