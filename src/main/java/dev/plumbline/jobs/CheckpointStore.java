package dev.plumbline.jobs;

import dev.plumbline.jobs.JobRuns.Lease;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;

/** The last checkpoint of each job in the database, in pieces that fit a column, behind its SHA-256. */
@Repository
class CheckpointStore {

    private static final int PIECE = 1_000_000;
    private static final int DIGEST = 32;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    CheckpointStore(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /** Keeps it in place of the last one, all or nothing; false where the run does not hold the job any more. */
    boolean keep(Lease lease, byte[] state) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            int held = jdbc.sql("update job set fruitless = 0 where id = :id and lease = :lease and state = 'RUNNING'")
                    .param("id", lease.id())
                    .param("lease", lease.number())
                    .update();
            if (held > 0) {
                jdbc.sql("delete from job_checkpoint where job = :job")
                        .param("job", lease.id())
                        .update();
                insert(lease.id(), signed(state));
            }
            return held > 0;
        }));
    }

    private void insert(String job, byte[] bytes) {
        for (int ordinal = 0; ordinal * (long) PIECE < bytes.length; ordinal++) {
            int from = ordinal * PIECE;
            jdbc.sql("insert into job_checkpoint (job, ordinal, content) values (:job, :ordinal, :content)")
                    .param("job", job)
                    .param("ordinal", ordinal)
                    .param("content", Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + PIECE)))
                    .update();
        }
    }

    /** Nothing where there is none, or what is there is not what was kept. */
    Optional<byte[]> last(String job) {
        List<byte[]> pieces = jdbc.sql("select content from job_checkpoint where job = :job order by ordinal")
                .param("job", job)
                .query((row, number) -> Objects.requireNonNull(row.getBytes(1)))
                .list();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pieces.forEach(all::writeBytes);
        byte[] bytes = all.toByteArray();
        if (bytes.length < DIGEST) {
            return Optional.empty();
        }
        byte[] state = Arrays.copyOfRange(bytes, DIGEST, bytes.length);
        return Arrays.equals(sha256(state), Arrays.copyOf(bytes, DIGEST)) ? Optional.of(state) : Optional.empty();
    }

    private static byte[] signed(byte[] state) {
        byte[] signed = Arrays.copyOf(sha256(state), DIGEST + state.length);
        System.arraycopy(state, 0, signed, DIGEST, state.length);
        return signed;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
