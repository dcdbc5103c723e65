package io.workersupervisor;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An entry as JSON, with the field names that stores use. */
final class LogEntryJson {
    private LogEntryJson() {}

    static Map<String, @Nullable Object> fields(LogEntry entry) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("timestamp", entry.timestamp().toString());
        fields.put("level", entry.level().name());
        fields.put("account_id", entry.account().value());
        entry.userId().ifPresent(user -> fields.put("user_id", user));
        entry.logger().ifPresent(logger -> fields.put("logger", logger));
        fields.put("message", entry.message());
        entry.position().ifPresent(position -> {
            fields.put("worker_id", position.workerId());
            fields.put("byte_offset", position.offset());
        });
        if (entry.inferred()) {
            fields.put("inferred", true);
        }
        return fields;
    }
}
