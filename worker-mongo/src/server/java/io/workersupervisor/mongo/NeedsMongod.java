package io.workersupervisor.mongo;

import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import io.workersupervisor.NeedsCondition;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** As {@link Needs} does, says that a test needs {@link Need#MONGOD}, wherever that comes from. */
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@Tag("needs")
@ExtendWith(NeedsMongod.Condition.class)
public @interface NeedsMongod {
    /** Looks for the program only where such a test is to run. */
    final class Condition extends NeedsCondition {
        /** Made by JUnit. */
        public Condition() {
            super(need -> TestMongo.isThere());
        }

        @Override
        protected List<Need> needs(ExtensionContext test) {
            return AnnotationSupport.isAnnotated(test.getElement(), NeedsMongod.class)
                    ? List.of(Need.MONGOD)
                    : List.of();
        }
    }
}
