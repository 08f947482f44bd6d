package dev.plumbline.models;

import dev.plumbline.reader.onnx.OnnxModel;
import dev.plumbline.reader.samediff.SameDiffModel;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The operations that can be read, by the format of the file: from the tables by which they are read. */
record OperatorList(Map<String, List<String>> formats) {

    static OperatorList supported() {
        Map<String, List<String>> formats = new TreeMap<>();
        formats.put("onnx", OnnxModel.operators().stream().sorted().toList());
        formats.put("samediff", SameDiffModel.operators().stream().sorted().toList());
        return new OperatorList(formats);
    }
}
