package dev.plumbline.tensor;

import static tools.jackson.core.JsonToken.END_ARRAY;
import static tools.jackson.core.JsonToken.PROPERTY_NAME;
import static tools.jackson.core.JsonToken.START_ARRAY;
import static tools.jackson.core.JsonToken.START_OBJECT;
import static tools.jackson.core.JsonToken.VALUE_NUMBER_INT;
import static tools.jackson.core.JsonToken.VALUE_STRING;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.SafetensorsHeader.Entry;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/** Reads and writes the JSON of a {@link SafetensorsHeader}, key by key: nothing is built that is not looked at. */
final class SafetensorsHeaderJson {

    /** Names are the caller's and never seen again, so Jackson need not remember them. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(3)
                    .maxNameLength(Integer.MAX_VALUE) // the header's own length limit holds
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .build();

    private static final Set<String> KEYS = Set.of("dtype", "shape", "data_offsets");

    private final JsonParser parser;
    private final TensorLimits limits;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private @Nullable Map<String, String> metadata;

    private SafetensorsHeaderJson(JsonParser parser, TensorLimits limits) {
        this.parser = parser;
        this.limits = limits;
    }

    static SafetensorsHeader read(String json, TensorLimits limits) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            return new SafetensorsHeaderJson(parser, limits).header();
        } catch (StreamConstraintsException tooMuch) {
            throw Problem.limit(
                    "",
                    "the header is nested too deep or has too long a number",
                    tooMuch.getOriginalMessage(),
                    "a depth of at most 3, numbers of at most 1000 digits");
        } catch (JacksonException broken) {
            throw Problem.malformed("", "the header is not JSON", TensorJson.words(broken), "one JSON object");
        }
    }

    private SafetensorsHeader header() {
        parser.nextToken();
        while (parser.nextToken() == PROPERTY_NAME) {
            String name = parser.currentName();
            TensorLimits.requireName(name);
            if (name.equals(SafetensorsHeader.METADATA)) {
                refuseSecond(metadata, Problem.pointer(name));
                metadata = metadata();
            } else {
                refuseSecond(entries.get(name), Problem.pointer(name));
                limits.requireTensors(entries.size() + 1);
                entries.put(name, entry(name));
            }
        }
        JsonToken after = parser.nextToken();
        if (after != null) {
            throw Problem.malformed("", "the header goes on after its JSON object", after, "spaces only");
        }
        List<Entry> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        return new SafetensorsHeader(sorted, metadata == null ? Map.of() : metadata);
    }

    private Map<String, String> metadata() {
        Map<String, String> texts = new LinkedHashMap<>();
        require(parser.nextToken(), START_OBJECT, Problem.pointer(SafetensorsHeader.METADATA));
        while (parser.nextToken() == PROPERTY_NAME) {
            String key = parser.currentName();
            TensorLimits.requireName(key);
            String pointer = Problem.pointer(SafetensorsHeader.METADATA, key);
            require(parser.nextToken(), VALUE_STRING, pointer);
            refuseSecond(texts.put(key, parser.getString()), pointer);
        }
        return texts;
    }

    private Entry entry(String name) {
        String pointer = Problem.pointer(name);
        SafetensorsDatatype datatype = null;
        long[] extents = null;
        long[] offsets = null;
        require(parser.nextToken(), START_OBJECT, pointer);
        while (parser.nextToken() == PROPERTY_NAME) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (key) {
                case "dtype" -> {
                    refuseSecond(datatype, pointer);
                    require(value, VALUE_STRING, pointer);
                    datatype = SafetensorsDatatype.named(parser.getString(), pointer);
                }
                case "shape" -> {
                    refuseSecond(extents, pointer);
                    extents = integers(value, pointer, limits.rank());
                    limits.requireRank(pointer, extents.length);
                }
                case "data_offsets" -> {
                    refuseSecond(offsets, pointer);
                    offsets = range(value, pointer);
                }
                default -> throw Problem.malformed(pointer, "an unknown key", key, new TreeSet<>(KEYS));
            }
        }
        if (datatype == null || extents == null || offsets == null) {
            throw Problem.malformed(pointer, "a key is missing", null, new TreeSet<>(KEYS));
        }
        return new Entry(name, datatype, Shape.ofForeign(pointer, extents), offsets[0], offsets[1]);
    }

    private long[] range(JsonToken start, String pointer) {
        long[] offsets = integers(start, pointer, 2);
        if (offsets.length != 2 || offsets[1] < offsets[0]) {
            throw Problem.invalid(
                    pointer, "data_offsets is no range", Arrays.toString(offsets), "[begin, end], begin <= end");
        }
        return offsets;
    }

    /** At most one integer more than {@code most}, which is enough for the caller to refuse them. */
    private long[] integers(JsonToken start, String pointer, int most) {
        require(start, START_ARRAY, pointer);
        List<Long> integers = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != END_ARRAY; token = parser.nextToken()) {
            require(token, VALUE_NUMBER_INT, pointer);
            String digits = parser.getString();
            if (digits.startsWith("-") || parser.getNumberType() == NumberType.BIG_INTEGER) {
                throw Problem.invalid(pointer, "a size that cannot be", digits, "an integer from 0 to 2^63 - 1");
            }
            integers.add(parser.getLongValue());
            if (integers.size() > most) {
                break;
            }
        }
        return integers.stream().mapToLong(Long::longValue).toArray();
    }

    private static void require(@Nullable JsonToken got, JsonToken expected, String pointer) {
        if (got != expected) {
            throw Problem.malformed(pointer, "the header has another JSON type here", got, expected);
        }
    }

    private static void refuseSecond(@Nullable Object first, String pointer) {
        if (first != null) {
            throw Problem.invalid(pointer, "a name or key stands here twice", "twice", "once");
        }
    }

    static byte[] write(SafetensorsHeader header) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            if (!header.metadata().isEmpty()) {
                json.writeObjectPropertyStart(SafetensorsHeader.METADATA);
                header.metadata().forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            for (Entry entry : header.entries()) {
                json.writeObjectPropertyStart(entry.name());
                json.writeStringProperty("dtype", entry.datatype().name());
                json.writeName("shape");
                int[] extents = entry.shape().extents();
                json.writeArray(extents, 0, extents.length);
                json.writeName("data_offsets");
                json.writeArray(new long[] {entry.begin(), entry.end()}, 0, 2);
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }
}
