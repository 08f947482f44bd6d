package dev.plumbline.jobs;

import java.util.function.Consumer;

/**
 * One attempt at a job, as its work sees it.
 *
 * @param progress is told how far it is, and throws to give it up
 * @param crew does {@link Piecework}: what an earlier attempt has kept is not done again, and other processes may take part
 * @param checkpoints of work that is a chain
 */
public record Attempt(Consumer<Progress> progress, Consumer<Piecework> crew, Checkpoints checkpoints) {}
