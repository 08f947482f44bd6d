/**
 * Work that outlives its request and its process. Open {@link dev.plumbline.jobs.Jobs} first: a request with {@code Prefer:
 * respond-async} becomes a job there, in the database with everything it came with; a worker of this process or of another
 * machine runs it ({@link dev.plumbline.jobs.Worker}), and what a kind of job does is a feature's ({@link
 * dev.plumbline.jobs.Work}). Work that falls into pieces is shared and kept as it is done ({@link
 * dev.plumbline.jobs.ShardCrew}); work that is a chain keeps its state now and then ({@link dev.plumbline.jobs.Checkpoints}).
 */
@NullMarked
package dev.plumbline.jobs;

import org.jspecify.annotations.NullMarked;
