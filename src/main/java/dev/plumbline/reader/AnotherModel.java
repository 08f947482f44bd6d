package dev.plumbline.reader;

import java.util.List;

/**
 * The pipeline computes another function than the model that was read.
 *
 * @param difference where they differ, and by how much
 * @param causes what is or may be behind it
 */
public record AnotherModel(String difference, List<String> causes) {

    public AnotherModel {
        causes = List.copyOf(causes);
    }

    /** One plain sentence, and the causes behind it. */
    public String words() {
        String sentence = "This is another model than yours: " + difference + ".";
        return causes.isEmpty() ? sentence : sentence + " " + String.join(" ", causes);
    }
}
