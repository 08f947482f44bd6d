package dev.plumbline.library;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.ExternalFile;
import dev.plumbline.tensor.ExternalFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The models that keys keep, in the database, by their digests: to each key its own, and no more bytes than the limit. Files
 * go in and out in pieces, so none is ever in memory whole because of this.
 */
@Repository
public class KeptModels {

    private static final int PIECE = 1_000_000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Limits limits;

    KeptModels(JdbcClient jdbc, TransactionTemplate transaction, Limits limits) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.limits = limits;
    }

    /** @param description JSON, as it was given */
    public record Kept(String digest, long bytes, String description, Instant createdAt) {}

    /** Keeps a model; false if it was kept already, which changes nothing. */
    public boolean keep(String owner, String digest, ModelFiles model, String description) {
        if (find(owner, digest).isPresent()) {
            return false;
        }
        requireRoom(owner, model.bytes());
        try {
            transaction.executeWithoutResult(status -> insert(owner, digest, model, description));
            return true;
        } catch (DuplicateKeyException race) {
            return false;
        }
    }

    private void requireRoom(String owner, long bytes) {
        long taken = jdbc.sql("select coalesce(sum(bytes), 0) from kept_model where owner = :owner")
                .param("owner", owner)
                .query(Long.class)
                .single();
        if (taken + bytes > limits.modelBytes()) {
            throw Problem.limit(
                    "/model",
                    "this key keeps too many models",
                    taken + " bytes, and " + bytes + " more",
                    "at most " + limits.modelBytes() + " bytes (plumbline.limits.model-bytes); DELETE some");
        }
    }

    private void insert(String owner, String digest, ModelFiles model, String description) {
        jdbc.sql("""
                        insert into kept_model (owner, digest, bytes, description, created_at)
                        values (:owner, :digest, :bytes, :description, :created)
                        """)
                .param("owner", owner)
                .param("digest", digest)
                .param("bytes", model.bytes())
                .param("description", description)
                .param("created", Instant.now().toEpochMilli())
                .update();
        model.files().forEach((location, file) -> insert(owner, digest, location, file));
    }

    private void insert(String owner, String digest, String location, ExternalFile file) {
        try (InputStream in = file.from(0)) {
            byte[] piece = in.readNBytes(PIECE);
            for (long ordinal = 0; ordinal == 0 || piece.length > 0; ordinal++) {
                jdbc.sql("""
                                insert into kept_model_piece (owner, digest, location, ordinal, content)
                                values (:owner, :digest, :location, :ordinal, :content)
                                """)
                        .param("owner", owner)
                        .param("digest", digest)
                        .param("location", location)
                        .param("ordinal", ordinal)
                        .param("content", piece)
                        .update();
                piece = in.readNBytes(PIECE);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    public Optional<Kept> find(String owner, String digest) {
        return jdbc.sql("select * from kept_model where owner = :owner and digest = :digest")
                .param("owner", owner)
                .param("digest", digest)
                .query((row, number) -> kept(row))
                .optional();
    }

    /** A page of them, newest first, behind the one with the digest {@code after}. */
    public List<Kept> list(String owner, @Nullable Kept after, int most) {
        return jdbc.sql("""
                        select * from kept_model where owner = :owner
                        and (created_at < :created or (created_at = :created and digest > :digest))
                        order by created_at desc, digest fetch first :most rows only
                        """)
                .param("owner", owner)
                .param(
                        "created",
                        after == null ? Long.MAX_VALUE : after.createdAt().toEpochMilli())
                .param("digest", after == null ? "" : after.digest())
                .param("most", most)
                .query((row, number) -> kept(row))
                .list();
    }

    private static Kept kept(ResultSet row) throws SQLException {
        return new Kept(
                row.getString("digest"),
                row.getLong("bytes"),
                row.getString("description"),
                Instant.ofEpochMilli(row.getLong("created_at")));
    }

    public boolean delete(String owner, String digest) {
        return jdbc.sql("delete from kept_model where owner = :owner and digest = :digest")
                        .param("owner", owner)
                        .param("digest", digest)
                        .update()
                == 1;
    }

    /** The model as it came, its weights where they lie. */
    ModelSource open(String owner, String digest) {
        if (find(owner, digest).isEmpty()) {
            throw notFound(digest);
        }
        Map<String, ExternalFile> files = files(owner, digest);
        ExternalFile own = Objects.requireNonNull(files.remove(ModelFiles.OWN));
        ExternalFiles beside = files::get;
        try (InputStream in = own.from(0)) {
            return ModelSource.of(in.readAllBytes(), beside);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    public static Problem notFound(String digest) {
        return Problem.notFound(
                "", "no model is kept under this digest", digest, "the digest of a model that this key keeps");
    }

    private Map<String, ExternalFile> files(String owner, String digest) {
        Map<String, ExternalFile> files = new HashMap<>();
        jdbc.sql("""
                        select location, max(ordinal) as last from kept_model_piece
                        where owner = :owner and digest = :digest group by location
                        """).param("owner", owner).param("digest", digest).query(row -> {
            String location = row.getString("location");
            long last = row.getLong("last");
            long bytes = last * PIECE + piece(owner, digest, location, last).length;
            files.put(
                    location,
                    new ExternalFile(
                            bytes,
                            () -> new PieceStream(ordinal -> piece(owner, digest, location, ordinal), PIECE, bytes)));
        });
        return files;
    }

    private byte[] piece(String owner, String digest, String location, long ordinal) {
        return jdbc.sql("""
                        select content from kept_model_piece
                        where owner = :owner and digest = :digest and location = :location and ordinal = :ordinal
                        """)
                .param("owner", owner)
                .param("digest", digest)
                .param("location", location)
                .param("ordinal", ordinal)
                .query((row, number) -> Objects.requireNonNull(row.getBytes("content")))
                .optional()
                .orElseThrow(() -> notFound(digest));
    }
}
