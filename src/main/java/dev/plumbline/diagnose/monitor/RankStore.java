package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.course.Apart;
import dev.plumbline.compute.health.course.RankWatch;
import dev.plumbline.compute.health.course.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/**
 * The ranks behind the first: their last {@value #KEPT} snapshots each, and the distances of all at the steps that have been
 * judged, the first ones of the run and those of the last window.
 */
@Repository
class RankStore {

    /** Snapshots of a rank: how far it may be ahead of the others before the oldest make room. */
    static final int KEPT = 50;

    private final JdbcClient jdbc;
    private final JsonMapper mapper;

    RankStore(JdbcClient jdbc, JsonMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    Optional<Snapshot> find(String id, int rank, long step) {
        return jdbc.sql("""
                        select figures from monitor_rank
                        where monitor_id = :id and step = :step and rank_number = :rank
                        """)
                .param("id", id)
                .param("step", step)
                .param("rank", rank)
                .query((row, number) -> SnapshotBytes.read(row.getBytes("figures")))
                .optional();
    }

    /** False if it is there already. */
    boolean insert(String id, int rank, Snapshot next) {
        try {
            jdbc.sql("""
                            insert into monitor_rank (monitor_id, step, rank_number, figures)
                            values (:id, :step, :rank, :figures)
                            """)
                    .param("id", id)
                    .param("step", next.step())
                    .param("rank", rank)
                    .param("figures", SnapshotBytes.of(next))
                    .update();
        } catch (DuplicateKeyException race) {
            return false;
        }
        jdbc.sql("""
                        delete from monitor_rank where monitor_id = :id and rank_number = :rank and step <=
                            (select step from monitor_rank where monitor_id = :id and rank_number = :rank
                             order by step desc offset :kept rows fetch next 1 rows only)
                        """).param("id", id).param("rank", rank).param("kept", KEPT).update();
        return true;
    }

    /** The last step that has been judged; -1 before the first. */
    long judged(String id) {
        return jdbc.sql("select coalesce(max(step), -1) from monitor_rank_step where monitor_id = :id")
                .param("id", id)
                .query(Long.class)
                .single();
    }

    /** The steps that every rank has told of and nobody has judged, rank by rank, the first ones out of the window. */
    List<List<Snapshot>> complete(Monitor monitor, List<Snapshot> window) {
        TreeMap<Long, List<Snapshot>> steps = new TreeMap<>();
        long judged = judged(monitor.id());
        window.stream()
                .filter(snapshot -> snapshot.step() > judged)
                .forEach(snapshot -> steps.put(snapshot.step(), new ArrayList<>(List.of(snapshot))));
        jdbc.sql("""
                        select step, figures from monitor_rank
                        where monitor_id = :id and step > :judged order by step, rank_number
                        """)
                .param("id", monitor.id())
                .param("judged", judged)
                .query((row, number) -> SnapshotBytes.read(row.getBytes("figures")))
                .list()
                .forEach(snapshot ->
                        steps.getOrDefault(snapshot.step(), new ArrayList<>()).add(snapshot));
        return steps.values().stream()
                .filter(ranks -> ranks.size() == monitor.watched().posting())
                .toList();
    }

    List<Apart> apart(String id) {
        return jdbc.sql("select apart from monitor_rank_step where monitor_id = :id order by step")
                .param("id", id)
                .query((row, number) -> mapper.readValue(row.getString("apart"), Apart.class))
                .list();
    }

    /** Within the transaction of the snapshot that they follow from. */
    void keep(Monitor monitor, List<Apart> judged) {
        if (judged.isEmpty()) {
            return;
        }
        long ordinal = jdbc.sql("select coalesce(max(ordinal), 0) from monitor_rank_step where monitor_id = :id")
                .param("id", monitor.id())
                .query(Long.class)
                .single();
        for (Apart apart : judged) {
            ordinal++;
            jdbc.sql("""
                            insert into monitor_rank_step (monitor_id, step, ordinal, apart)
                            values (:id, :step, :ordinal, :apart)
                            """)
                    .param("id", monitor.id())
                    .param("step", apart.step())
                    .param("ordinal", ordinal)
                    .param("apart", mapper.writeValueAsString(apart))
                    .update();
        }
        jdbc.sql("""
                        delete from monitor_rank_step
                        where monitor_id = :id and ordinal > :baseline and ordinal <= :oldest
                        """)
                .param("id", monitor.id())
                .param("baseline", RankWatch.BASELINE)
                .param("oldest", ordinal - monitor.watched().window())
                .update();
    }
}
