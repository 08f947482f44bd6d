package dev.plumbline.models;

import dev.plumbline.library.KeptModels;
import dev.plumbline.library.KeptModels.Kept;
import dev.plumbline.library.ModelFiles;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.ModelDescription;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.ExternalFile;
import dev.plumbline.tensor.ExternalFiles;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/** Reads a model whole, says what is in it, and keeps it under the digest of its bytes. */
@Service
class ModelService {

    private static final int MOST_IN_A_PAGE = 200;

    private final KeptModels models;
    private final Limits limits;
    private final JsonMapper json;

    ModelService(KeptModels models, Limits limits, JsonMapper json) {
        this.models = models;
        this.limits = limits;
        this.json = json;
    }

    /** What is kept of a description. */
    record Described(ModelDescription description, ModelCost cost) {}

    /** A model and whether it is new here. */
    record Answer(ModelReport report, boolean isNew) {}

    Answer keep(String owner, ModelSource source) {
        byte[] own = source.bytes();
        if (own == null) {
            throw Problem.invalid(
                    "/model", "only a model in a file can be kept", "a formula or layers", "an ONNX or SameDiff file");
        }
        Model model = source.read(limits.bytes());
        ModelDescription description = Objects.requireNonNull(model.describe());
        ModelFiles files = ModelFiles.of(own, beside(source, description));
        String digest = files.digest();
        Described described = new Described(description, ModelCost.of(model, description, limits.bytes()));
        boolean isNew = models.keep(owner, digest, files, json.writeValueAsString(described));
        return new Answer(find(owner, digest), isNew);
    }

    private static Map<String, ExternalFile> beside(ModelSource source, ModelDescription description) {
        ExternalFiles external = source.external() == null ? ExternalFiles.NONE : source.external();
        Map<String, ExternalFile> beside = new HashMap<>();
        for (String location : description.external()) {
            beside.put(location, Objects.requireNonNull(external.find(location)));
        }
        return beside;
    }

    ModelReport find(String owner, String digest) {
        return report(kept(owner, digest));
    }

    private Kept kept(String owner, String digest) {
        return models.find(owner, digest).orElseThrow(() -> KeptModels.notFound(digest));
    }

    private ModelReport report(Kept kept) {
        Described described = json.readValue(kept.description(), Described.class);
        return new ModelReport(
                kept.digest(),
                kept.bytes(),
                kept.createdAt(),
                ModelReport.count(described.description()),
                described.description(),
                described.cost());
    }

    ModelPage list(String owner, int limit, @Nullable String after) {
        if (limit < 1 || limit > MOST_IN_A_PAGE) {
            throw Problem.invalid("limit", "this is out of range", limit, "1 to " + MOST_IN_A_PAGE);
        }
        List<Kept> found = models.list(owner, after == null ? null : kept(owner, after), limit + 1);
        List<Kept> page = found.subList(0, Math.min(limit, found.size()));
        return new ModelPage(
                page.stream().map(this::item).toList(),
                found.size() > limit ? page.get(limit - 1).digest() : null);
    }

    private ModelPage.Item item(Kept kept) {
        ModelReport report = report(kept);
        return new ModelPage.Item(
                report.digest(),
                report.description().format(),
                report.description().producer(),
                report.bytes(),
                report.parameterCount(),
                report.createdAt());
    }

    void delete(String owner, String digest) {
        if (!models.delete(owner, digest)) {
            throw KeptModels.notFound(digest);
        }
    }
}
