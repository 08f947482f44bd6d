package dev.plumbline.reader.onnx;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** An operator whose meaning changed: for each opset from which on there is another one, how it is translated. */
final class Versions implements Operator {

    private final TreeMap<Integer, Operator> since = new TreeMap<>();

    private Versions() {}

    /** What it meant at first. */
    static Versions first(Operator meaning) {
        return new Versions().since(1, meaning);
    }

    /** What it means from an opset on. */
    Versions since(int opset, Operator meaning) {
        since.put(opset, meaning);
        return this;
    }

    @Override
    public List<Value> apply(Call call) {
        Map.Entry<Integer, Operator> newest = Objects.requireNonNull(since.floorEntry(call.opset()));
        return newest.getValue().apply(call);
    }
}
