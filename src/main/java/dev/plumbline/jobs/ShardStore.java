package dev.plumbline.jobs;

import dev.plumbline.jobs.JobRuns.Lease;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The shards in the database: planned once, each taken up by one holder at a time, and kept once. The first result that is valid
 * counts; one who was taken for dead and wakes up has an old token, and changes nothing.
 */
@Repository
class ShardStore {

    private static final String OF_HEAP = " where job = :job and heap = :heap";
    private static final String THIS = OF_HEAP + " and begins = :begins";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    ShardStore(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /** The shards of one heap of one job. */
    record HeapId(String job, String digest) {

        static HeapId of(String job, String name) {
            return new HeapId(job, sha256(name.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** Piecework {@code begins}, ... {@code ends - 1}. */
    record Range(int begins, int ends, long bytes) {}

    /** A range, how often it was taken up, and whether somebody has it or it is done. */
    record Shard(Range range, int attempts, boolean held, boolean done) {
        boolean free() {
            return !held && !done;
        }
    }

    /** A shard in somebody's hands. */
    record Claim(HeapId heap, Range range, long token) {}

    List<Shard> shards(HeapId heap) {
        return of(
                        "select begins, ends, bytes, attempts, holder, digest from job_shard" + OF_HEAP
                                + " order by begins",
                        heap)
                .query((row, number) -> new Shard(
                        new Range(row.getInt(1), row.getInt(2), row.getLong(3)),
                        row.getInt(4),
                        row.getString(5) != null,
                        row.getString(6) != null))
                .list();
    }

    /** Cuts a heap so, and counts what will be kept as the job's; false where somebody has cut it, or leads the job now. */
    boolean plan(Lease lease, HeapId heap, List<Range> ranges) {
        try {
            return Boolean.TRUE.equals(transaction.execute(status -> {
                int leads = jdbc.sql("update job set bytes = bytes + :bytes where id = :job and lease = :lease"
                                + " and state = 'RUNNING'")
                        .param("bytes", ranges.stream().mapToLong(Range::bytes).sum())
                        .param("job", lease.id())
                        .param("lease", lease.number())
                        .update();
                if (leads == 0) {
                    return false;
                }
                for (Range range : ranges) {
                    of(
                                    "insert into job_shard (job, heap, begins, ends, bytes, token, attempts)"
                                            + " values (:job, :heap, :begins, :ends, :bytes, 0, 0)",
                                    heap)
                            .param("begins", range.begins())
                            .param("ends", range.ends())
                            .param("bytes", range.bytes())
                            .update();
                }
                return true;
            }));
        } catch (DuplicateKeyException cutBefore) {
            return false;
        }
    }

    /** Takes up a shard that is free; nothing where somebody was faster. */
    Optional<Claim> claim(HeapId heap, Range range, String holder) {
        int taken = of(
                        "update job_shard set holder = :holder, token = token + 1, attempts = attempts + 1" + THIS
                                + " and holder is null and digest is null",
                        heap)
                .param("begins", range.begins())
                .param("holder", holder)
                .update();
        return taken == 0
                ? Optional.empty()
                : of("select token from job_shard" + THIS + " and holder = :holder", heap)
                        .param("begins", range.begins())
                        .param("holder", holder)
                        .query((row, number) -> new Claim(heap, range, row.getLong(1)))
                        .optional();
    }

    /** Keeps what came of it; false where the claim does not hold any more. */
    boolean keep(Claim claim, byte[] result) {
        int kept = held("update job_shard set holder = null, digest = :digest, result = :result", claim)
                .param("digest", sha256(result))
                .param("result", result)
                .update();
        if (kept > 0) {
            jdbc.sql("update job set fruitless = 0 where id = :job and fruitless <> 0")
                    .param("job", claim.heap().job())
                    .update();
        }
        return kept > 0;
    }

    /** Free again; {@code counted} whether the attempt counts. */
    void release(Claim claim, boolean counted) {
        held("update job_shard set holder = null, token = token + 1, attempts = attempts - :less", claim)
                .param("less", counted ? 0 : 1)
                .update();
    }

    /** Free again, out of the hands of one who is not heard of. */
    void release(String job, String holder) {
        jdbc.sql("update job_shard set holder = null, token = token + 1 where job = :job and holder = :holder")
                .param("job", job)
                .param("holder", holder)
                .update();
    }

    /** What came of a shard; nothing where it is not done, or what is kept is not what was: then it is done again. */
    Optional<byte[]> result(HeapId heap, Range range) {
        record Kept(byte[] bytes, String digest) {}
        Optional<Kept> kept = of("select result, digest from job_shard" + THIS + " and digest is not null", heap)
                .param("begins", range.begins())
                .query((row, number) -> new Kept(row.getBytes(1), row.getString(2)))
                .optional();
        if (kept.isPresent() && !sha256(kept.get().bytes()).equals(kept.get().digest())) {
            of("update job_shard set digest = null, result = null" + THIS, heap)
                    .param("begins", range.begins())
                    .update();
            return Optional.empty();
        }
        return kept.map(Kept::bytes);
    }

    /** Of all heaps of a job, done or not. */
    long bytes(String job) {
        return jdbc.sql("select coalesce(sum(bytes), 0) from job_shard where job = :job")
                .param("job", job)
                .query(Long.class)
                .single();
    }

    /** Whether there is something for a helper to do. */
    boolean hasFree(String job) {
        return jdbc.sql("select count(*) from job_shard where job = :job and holder is null and digest is null")
                        .param("job", job)
                        .query(Long.class)
                        .single()
                > 0;
    }

    private JdbcClient.StatementSpec of(String sql, HeapId heap) {
        return jdbc.sql(sql).param("job", heap.job()).param("heap", heap.digest());
    }

    private JdbcClient.StatementSpec held(String sql, Claim claim) {
        return of(sql + THIS + " and token = :token and digest is null", claim.heap())
                .param("begins", claim.range().begins())
                .param("token", claim.token());
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
