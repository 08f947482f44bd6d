package dev.plumbline.jobs;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On a controller's method: with {@code Prefer: respond-async} its request becomes a job. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface MayBeAJob {

    /** The {@link Work#kind() kind} of work. */
    String value();
}
