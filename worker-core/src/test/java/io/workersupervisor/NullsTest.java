package io.workersupervisor;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.workersupervisor.spi.InMemoryLogSink;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import io.workersupervisor.spi.LogPosition;
import io.workersupervisor.spi.LogSink;
import io.workersupervisor.spi.RowDetail;
import io.workersupervisor.spi.RowSelection;
import io.workersupervisor.spi.WorkerRegistry;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Null for a parameter of the public API is a NullPointerException with the name of the parameter. Left out by rule: methods
 * of interfaces, which users or internal classes implement, and {@code equals}.
 */
class NullsTest {
    private static final List<String> PACKAGES = List.of("io/workersupervisor", "io/workersupervisor/spi");

    private WorkerSupervisor supervisor;
    private Map<Class<?>, Object> samples;

    @BeforeEach
    void open(@TempDir Path directory) {
        AccountId account = AccountId.of(4711);
        DataDirectory data = DataDirectory.open(directory.resolve("data"));
        WorkerSupervisor.Builder builder = WorkerSupervisor.builder(data, new InMemoryWorkerRegistry())
                .launcher(LaunchPath.SH)
                .withoutReconcile();
        supervisor = builder.build();
        StopReport report = StopReport.builder(account, "w").build();
        RowDetail detail = RowDetail.parse("{}");
        Map<Class<?>, Object> made = new HashMap<>(Map.ofEntries(
                entry(int.class, 1),
                entry(long.class, 1L),
                entry(boolean.class, true),
                entry(String.class, "text"),
                entry(Object.class, "text"),
                entry(Throwable.class, new IllegalStateException("a cause")),
                entry(Path.class, directory.resolve("nothing")),
                entry(Duration.class, Duration.ofMinutes(1)),
                entry(Instant.class, Instant.EPOCH),
                entry(InstantSource.class, InstantSource.system()),
                entry(Pattern.class, Pattern.compile("text")),
                entry(List.class, List.of()),
                entry(Collection.class, List.of()),
                entry(Set.class, Set.of(LogLevel.INFO)),
                entry(Map.class, Map.of()),
                entry(Optional.class, Optional.empty()),
                entry(OptionalLong.class, OptionalLong.empty()),
                entry(AccountId.class, account),
                entry(DataDirectory.class, data),
                entry(ExitStatus.class, new ExitStatus.Exited(0)),
                entry(StopReport.class, report),
                entry(RefusalReason.class, RefusalReason.STOPPING),
                entry(WorkerRegistry.class, new InMemoryWorkerRegistry()),
                entry(InMemoryWorkerRegistry.class, new InMemoryWorkerRegistry()),
                entry(Consumer.class, (Consumer<Object>) any -> {}),
                entry(LogSink.class, new InMemoryLogSink()),
                entry(InMemoryLogSink.class, new InMemoryLogSink())));
        made.put(Rollout.class, Rollout.to("2"));
        made.put(
                RolloutStatus.class,
                new RolloutStatus(
                        Rollout.to("2"),
                        RolloutStatus.State.RUNNING,
                        Optional.empty(),
                        StopOrder.byPerson(),
                        Instant.EPOCH,
                        Map.of(),
                        Optional.empty(),
                        Map.of(),
                        Set.of(),
                        Map.of()));
        made.putAll(Map.ofEntries(
                entry(RowDetail.class, detail),
                entry(WorkerListener.class, (WorkerListener) event -> {}),
                entry(LivenessProbe.class, (LivenessProbe) row -> Liveness.unknown("not asked")),
                entry(HealthLimits.class, HealthLimits.NONE),
                entry(Readiness.class, Readiness.file()),
                entry(ResourceUsage.class, new ResourceUsage(1, Duration.ZERO, Duration.ZERO)),
                entry(LogPosition.class, new LogPosition("w", 0)),
                entry(LogQuery.class, LogQuery.last(1)),
                entry(LogRetention.class, LogRetention.DEFAULT),
                entry(Redaction.class, Redaction.none()),
                entry(RowSelection.class, RowSelection.ALL),
                entry(WorkerSupervisor.class, supervisor),
                entry(WorkerSupervisor.Builder.class, builder),
                entry(WorkerSpec.Builder.class, WorkerSpec.builder(account, "true")),
                entry(StopReport.Builder.class, StopReport.builder(account, "w")),
                entry(DiagnosisRule.class, rule().build()),
                entry(DiagnosisRule.Builder.class, rule()),
                entry(Ailment.class, new Ailment("w", Optional.empty(), "text", Optional.empty())),
                entry(WorkerRow.class, Rows.first(4711)),
                entry(StartResult.class, new StartResult.Started(account, "w", 1, 1, Instant.EPOCH)),
                entry(StartResult.Started.class, new StartResult.Started(account, "w", 1, 1, Instant.EPOCH)),
                entry(StopResult.Refused.class, new StopResult.Refused(account, RefusalReason.STOPPING, "text")),
                entry(
                        WorkerInspector.Finding.class,
                        new WorkerInspector.Finding(WorkerInspector.Finding.Level.OK, "text")),
                entry(Restart.class, Restart.never()),
                entry(OptionalInt.class, OptionalInt.empty()),
                entry(RestartPolicy.class, RestartPolicy.standard()),
                entry(StopReason.class, StopReason.UNKNOWN),
                entry(StopOrder.class, StopOrder.byPerson()),
                entry(WorkerSpecs.class, WorkerSpecs.of(List.of())),
                entry(WorkerInspector.class, WorkerInspector.of(data, new InMemoryWorkerRegistry())),
                entry(LogEntry.class, entryOf(account)),
                entry(WorkerStatus.class, statusOf(account))));
        samples = made;
    }

    @AfterEach
    void close() {
        supervisor.close();
    }

    private static DiagnosisRule.Builder rule() {
        return DiagnosisRule.rule("a.rule", StopReason.FLOOD_WAIT, "text");
    }

    private static LogEntry entryOf(AccountId account) {
        return new LogEntry(
                Optional.empty(),
                account,
                Optional.empty(),
                LogLevel.INFO,
                Instant.EPOCH,
                false,
                Optional.empty(),
                "text");
    }

    private static WorkerStatus statusOf(AccountId account) {
        return new WorkerStatus(
                account,
                WorkerState.STOPPED,
                Desired.STOPPED,
                Optional.empty(),
                true,
                "w",
                1,
                OptionalLong.empty(),
                Instant.EPOCH,
                "node",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @TestFactory
    Stream<DynamicTest> null_is_refused_by_the_name_of_the_parameter() throws Exception {
        return parameters().stream().map(one -> dynamicTest(one.describe(), () -> refusesNull(one)));
    }

    @Test
    void the_public_classes_of_both_packages_are_looked_at() throws Exception {
        assertThat(parameters()).hasSizeGreaterThan(150);
        assertThat(parameters().stream().<Class<?>>map(one -> one.executable().getDeclaringClass()))
                .contains(WorkerSpec.Builder.class, StopReport.class, StartResult.Failed.class, WorkerRow.class);
    }

    private void refusesNull(Place place) {
        Parameter[] parameters = place.executable().getParameters();
        Object[] values = new Object[parameters.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = i == place.index() ? null : sample(parameters[i].getType());
        }

        Throwable refusal = catchThrowable(() -> call(place.executable(), values));

        assertThat(parameters[place.index()].isNamePresent()).isTrue();
        assertThat(refusal).isInstanceOf(NullPointerException.class).hasMessage(parameters[place.index()].getName());
    }

    private void call(Executable executable, Object[] values) throws Throwable {
        try {
            if (executable instanceof Constructor<?> constructor) {
                constructor.newInstance(values);
                return;
            }
            Object instance =
                    Modifier.isStatic(executable.getModifiers()) ? null : sample(executable.getDeclaringClass());
            ((Method) executable).invoke(instance, values);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private Object sample(Class<?> type) {
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 0);
        }
        return Objects.requireNonNull(samples.get(type), "a sample is missing");
    }

    private record Place(Executable executable, int index) {
        String describe() {
            return executable.getDeclaringClass().getName().replaceFirst(".*\\.", "") + "." + executable.getName()
                    + ": " + executable.getParameters()[index].getName();
        }
    }

    private static List<Place> parameters() throws Exception {
        List<Place> places = new ArrayList<>();
        for (Class<?> type : publicTypes()) {
            for (Executable executable : executables(type)) {
                for (int i = 0; i < executable.getParameterCount(); i++) {
                    if (!executable.getParameterTypes()[i].isPrimitive()) {
                        places.add(new Place(executable, i));
                    }
                }
            }
        }
        return places;
    }

    private static List<Executable> executables(Class<?> type) {
        Stream<Executable> methods = Arrays.<Executable>stream(type.getDeclaredMethods())
                .filter(method -> !type.isInterface()
                        || type == WorkerInspector.class
                        || Modifier.isStatic(method.getModifiers()))
                .filter(method -> !method.getName().equals("equals"))
                .filter(method -> !(type.isEnum() && method.getName().equals("valueOf")));
        return Stream.concat(Arrays.stream(type.getDeclaredConstructors()), methods)
                .filter(executable -> Modifier.isPublic(executable.getModifiers()) && !executable.isSynthetic())
                .toList();
    }

    private static List<Class<?>> publicTypes() throws IOException, URISyntaxException, ClassNotFoundException {
        Path classes = Path.of(WorkerSupervisor.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Class<?>> types = new ArrayList<>();
        for (String directory : PACKAGES) {
            try (Stream<Path> files = Files.list(classes.resolve(directory))) {
                for (Path file : files.filter(one -> one.toString().endsWith(".class"))
                        .filter(one -> !one.endsWith("package-info.class"))
                        .sorted()
                        .toList()) {
                    String name = classes.relativize(file).toString().replace('/', '.');
                    Class<?> type = Class.forName(name.substring(0, name.length() - ".class".length()));
                    if (isPublic(type)) {
                        types.add(type);
                    }
                }
            }
        }
        return types;
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }
}
