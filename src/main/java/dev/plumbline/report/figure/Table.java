package dev.plumbline.report.figure;

import java.util.List;

/** Numbers and words in rows, not yet escaped. */
public record Table(List<String> columns, List<List<String>> rows) {

    public Table {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }
}
