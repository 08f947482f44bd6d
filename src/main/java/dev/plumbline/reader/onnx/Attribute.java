package dev.plumbline.reader.onnx;

import dev.plumbline.tensor.Tensor;
import java.util.List;

/** The value of a node's attribute. Lists of numbers are tensors of rank 1, because that is what they become. */
sealed interface Attribute {

    /** What the attribute is called in messages. */
    String kind();

    record Whole(long value) implements Attribute {
        @Override
        public String kind() {
            return "an integer";
        }
    }

    record Number(double value) implements Attribute {
        @Override
        public String kind() {
            return "a float";
        }
    }

    record Text(String value) implements Attribute {
        @Override
        public String kind() {
            return "a string";
        }
    }

    record Wholes(Tensor values) implements Attribute {
        @Override
        public String kind() {
            return "a list of integers";
        }
    }

    record Numbers(Tensor values) implements Attribute {
        @Override
        public String kind() {
            return "a list of floats";
        }
    }

    record Texts(List<String> values) implements Attribute {
        public Texts {
            values = List.copyOf(values);
        }

        @Override
        public String kind() {
            return "a list of strings";
        }
    }

    record Value(Tensor tensor) implements Attribute {
        @Override
        public String kind() {
            return "a tensor";
        }
    }

    record Subgraph(OnnxGraph graph) implements Attribute {
        @Override
        public String kind() {
            return "a graph";
        }
    }

    /** What no operator here can use: sparse tensors, types, lists of graphs, references of a function's body. */
    record Other(String kind) implements Attribute {}
}
