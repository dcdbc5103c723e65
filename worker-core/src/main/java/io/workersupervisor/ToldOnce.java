package io.workersupervisor;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Tells each finding as trouble once, however often it is met. Thread-safe. */
final class ToldOnce {
    /** How many findings are remembered as told; then they are told once more. */
    private static final int MOST = 10_000;

    private final Context context;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    ToldOnce(Context context) {
        this.context = context;
    }

    void tell(Optional<AccountId> account, String text) {
        if (told.size() >= MOST) {
            told.clear();
        }
        if (told.add(account + text)) {
            context.events().emit(new WorkerEvent.Trouble(context.timing().now(), account, text));
        }
    }
}
