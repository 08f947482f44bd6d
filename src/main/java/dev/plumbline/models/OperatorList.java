package dev.plumbline.models;

import dev.plumbline.reader.ModelSource;
import java.util.List;
import java.util.Map;

/** The operations that can be read, by the format of the file: from the tables by which they are read. */
record OperatorList(Map<String, List<String>> formats) {

    static OperatorList supported() {
        return new OperatorList(ModelSource.operators());
    }
}
