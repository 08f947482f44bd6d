package dev.plumbline.optimize.session;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.TensorStep;
import dev.plumbline.limits.KeyLimits;
import dev.plumbline.limits.Limits;
import dev.plumbline.optimize.ClippingSource;
import dev.plumbline.optimize.NamedTensors;
import dev.plumbline.optimize.StateSource;
import dev.plumbline.optimize.StepFile;
import dev.plumbline.optimize.TensorwiseOptimizer;
import dev.plumbline.optimize.session.OptimizerSession.Settings;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.ParameterNames;
import dev.plumbline.report.IdempotencyKey;
import dev.plumbline.report.Page;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/** The order of work of sessions. A step is answered once it is committed, and applied at most once. */
@Service
class SessionService {

    private final Limits limits;
    private final KeyLimits keyLimits;
    private final SessionStore store;
    private final JsonMapper mapper;
    private final Map<String, Object> growing = new ConcurrentHashMap<>();

    SessionService(Limits limits, KeyLimits keyLimits, SessionStore store, JsonMapper mapper) {
        this.limits = limits;
        this.keyLimits = keyLimits;
        this.store = store;
        this.mapper = mapper;
    }

    /** Whose session is meant. */
    record Handle(String owner, String id) {}

    /** What a caller says about retries; empty where it says nothing. */
    record Precondition(String ifMatch, String idempotencyKey) {}

    /** What a step is answered with, and the moment of the session that it is about. */
    record Answer(SessionTag tag, SessionStepReport report) {}

    OptimizerSession create(String owner, SessionRequest request, String idempotencyKey) {
        OptimizerSession session = session(request);
        IdempotencyKey key = IdempotencyKey.of(
                idempotencyKey,
                said(
                        session.state().step() + mapper.writeValueAsString(session.settings()),
                        StepFile.tensors(session.parameters(), session.state().slots())));
        Optional<String> earlier = key.isGiven() ? store.findCreated(owner, key) : Optional.empty();
        if (earlier.isPresent()) {
            return find(new Handle(owner, earlier.get()));
        }
        store.deleteExpired();
        try {
            synchronized (oneByOne(owner)) {
                requirePlace(owner);
                requireRoom(owner, session);
                store.insert(owner, session, key);
            }
            return session;
        } catch (DuplicateKeyException race) {
            return find(new Handle(owner, store.findCreated(owner, key).orElseThrow(() -> race)));
        }
    }

    /** What a request says, its tensors behind the rest. */
    private static IdempotencyKey.Content said(String rest, Map<String, ? extends TensorSource> tensors) {
        return bytes -> {
            bytes.write(rest.getBytes(StandardCharsets.UTF_8));
            Safetensors.write(tensors, Map.of(), bytes);
        };
    }

    /** Whoever makes a key keep more holds this meanwhile: two at once would both see the same room. */
    private Object oneByOne(String owner) {
        return growing.computeIfAbsent(owner, name -> new Object());
    }

    private OptimizerSession session(SessionRequest request) {
        Optimizer optimizer = TensorwiseOptimizer.of(request.optimizer());
        Map<String, Tensor> parameters = NamedTensors.required("parameters", request.parameters());
        TensorwiseOptimizer.afford(limits, optimizer, parameters);
        OptimizerState state = StateSource.state(request.state());
        ClippingSource.clipping(request.clipping());
        new SessionStart(optimizer, parameters, state).require();
        Instant now = Instant.now();
        Settings settings = new Settings(request.optimizer(), request.clipping());
        return new OptimizerSession(
                UUID.randomUUID().toString(), settings, 0, 0, parameters, state, now, now.plus(kept()));
    }

    private void requirePlace(String owner) {
        long kept = store.count(owner);
        if (kept >= limits.sessions()) {
            throw Problem.limit(
                    "",
                    "too many sessions are kept; delete some",
                    kept + 1,
                    "at most " + limits.sessions() + " (plumbline.limits.sessions)");
        }
    }

    /** Sessions grow with their first step, which makes the moments. */
    private void requireRoom(String owner, OptimizerSession session) {
        long others = store.bytesBeside(owner, session.id());
        long most = keyLimits.forKey(owner).sessionBytes();
        if (others + session.bytes() > most) {
            throw Problem.limit(
                    "",
                    "this key keeps too large sessions; delete some",
                    others + " bytes, and " + session.bytes() + " more",
                    "at most " + most + " bytes (plumbline.key-limits.session-bytes)");
        }
    }

    Page<SessionSummary> list(String owner, int limit, @Nullable String after) {
        List<SessionSummary> found = store.list(owner, after, Page.requireLimit(limit) + 1);
        return Page.of(found, limit, SessionSummary::id);
    }

    OptimizerSession find(Handle handle) {
        return store.find(handle.owner(), handle.id())
                .orElseThrow(() -> Problem.notFound(
                        "",
                        "there is no session of this id; unused ones are dropped after " + limits.sessionHours()
                                + " hours",
                        handle.id(),
                        "the id of a session"));
    }

    Answer step(Handle handle, SessionStepRequest request, Precondition precondition) {
        Map<String, Tensor> gradients = NamedTensors.required("gradients", request.gradients());
        IdempotencyKey key = IdempotencyKey.of(
                precondition.idempotencyKey(), said(precondition.ifMatch() + " " + request.learningRate(), gradients));
        OptimizerSession session = find(handle);
        Optional<Answer> earlier = replay(session, key);
        if (earlier.isPresent()) {
            return earlier.get();
        }
        session.tag().require(precondition.ifMatch());
        ParameterNames names = ParameterNames.of(session.parameters().keySet());
        Clipping clipping = ClippingSource.clipping(session.settings().clipping());
        OptimizerStep step = new TensorStep(optimizer(session, request), clipping)
                .take(session.state(), session.parameters(), names.of(gradients, "/gradients"));
        Map<String, Tensor> parameters = step.parameters();
        SessionStepReport report = SessionStepReport.of(session.id(), step);
        OptimizerSession next =
                session.with(parameters, step.state()).until(Instant.now().plus(kept()));
        boolean written = write(handle.owner(), session, next, key, mapper.writeValueAsString(report));
        return written
                ? new Answer(next.tag(), report.with(parameters))
                : replay(find(handle), key)
                        .orElseThrow(() -> SessionTag.stale(precondition.ifMatch(), "another step came first"));
    }

    private boolean write(
            String owner, OptimizerSession before, OptimizerSession next, IdempotencyKey key, String reply) {
        if (next.bytes() <= before.bytes()) {
            return write(next, key, reply);
        }
        synchronized (oneByOne(owner)) {
            requireRoom(owner, next);
            return write(next, key, reply);
        }
    }

    /** Two tries of one request that race differ only in who comes first. */
    private boolean write(OptimizerSession next, IdempotencyKey key, String reply) {
        try {
            return store.update(next, key, reply);
        } catch (DuplicateKeyException race) {
            return false;
        }
    }

    private Optional<Answer> replay(OptimizerSession session, IdempotencyKey key) {
        if (!key.isGiven()) {
            return Optional.empty();
        }
        return store.findReply(session.id(), key.key()).map(reply -> {
            key.requireSame(reply.digest());
            SessionStepReport report = mapper.readValue(reply.json(), SessionStepReport.class);
            // The step count alone would not tell: it comes again after a reset.
            boolean there = reply.version() == session.version();
            return new Answer(
                    new SessionTag(report.step(), reply.resets()), report.with(there ? session.parameters() : null));
        });
    }

    private static Optimizer optimizer(OptimizerSession session, SessionStepRequest request) {
        Optimizer optimizer = TensorwiseOptimizer.of(session.settings().optimizer());
        return request.learningRate() == null ? optimizer : optimizer.withLearningRate(request.learningRate());
    }

    OptimizerSession reset(Handle handle, SessionResetRequest request, String ifMatch) {
        OptimizerSession session = find(handle);
        session.tag().require(ifMatch);
        Map<String, Tensor> parameters = request.parameters() == null ? session.parameters() : request.parameters();
        requireForms(parameters, session);
        Optimizer optimizer = TensorwiseOptimizer.of(session.settings().optimizer());
        new SessionStart(optimizer, parameters, OptimizerState.INITIAL).require();
        OptimizerSession next =
                session.beginningAgain(parameters).until(Instant.now().plus(kept()));
        if (!write(next, IdempotencyKey.NONE, "")) {
            throw SessionTag.stale(ifMatch, "a step came first");
        }
        return next;
    }

    private static void requireForms(Map<String, Tensor> parameters, OptimizerSession session) {
        Map<String, Shape> got = NamedTensors.shapes(parameters);
        Map<String, Shape> expected = NamedTensors.shapes(session.parameters());
        if (!got.equals(expected)) {
            throw Problem.invalid("/parameters", "these are not the session's parameters", got, expected);
        }
    }

    void delete(Handle handle, String ifMatch) {
        if (ifMatch.isEmpty()) {
            if (!store.delete(handle.owner(), handle.id())) {
                find(handle);
            }
            return;
        }
        OptimizerSession session = find(handle);
        session.tag().require(ifMatch);
        if (!store.delete(handle.owner(), session)) {
            throw SessionTag.stale(ifMatch, "a step came first");
        }
    }

    private Duration kept() {
        return Duration.ofHours(limits.sessionHours());
    }
}
