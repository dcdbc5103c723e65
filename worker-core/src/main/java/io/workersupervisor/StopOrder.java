package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.util.Optional;

/**
 * An order to leave an account at rest: who gives it, and why, such as {@code StopOrder.by("alice").because("customer
 * asked")}. It is kept in the row and shown with the account; write no secret into it. Immutable.
 *
 * @param by the name of the one who asks, 1 to 128 characters
 * @param because the reason, 1 to 256 characters
 * @param isByApplication true if the application asks, which may start the account again by itself
 */
public record StopOrder(Optional<String> by, Optional<String> because, boolean isByApplication) {
    public StopOrder {
        Require.noneNull("by because", by, because);
        by.ifPresent(name -> Require.notBlank("by", name, 128));
        because.ifPresent(why -> Require.notBlank("because", why, 256));
    }

    /** A person who gives no name. */
    public static StopOrder byPerson() {
        return new StopOrder(Optional.empty(), Optional.empty(), false);
    }

    /** A person of this name. */
    public static StopOrder by(String name) {
        return new StopOrder(Optional.of(Require.nonNull("name", name)), Optional.empty(), false);
    }

    /**
     * The application: {@link WorkerSupervisor#ensure} may start the account again, and the library by itself does not. It
     * never takes the place of a person's stop.
     */
    public static StopOrder byApplication() {
        return new StopOrder(Optional.empty(), Optional.empty(), true);
    }

    /** This order, for a reason. */
    public StopOrder because(String why) {
        return new StopOrder(by, Optional.of(Require.nonNull("why", why)), isByApplication);
    }

    /** The order in words, such as {@code by alice: customer asked}; without a name {@code by hand}. */
    public String describe() {
        return (isByApplication
                        ? "by the application"
                        : by.map(name -> "by " + name).orElse("by hand"))
                + because.map(why -> ": " + why).orElse("");
    }
}
