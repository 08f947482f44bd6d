package dev.plumbline.reader.samediff;

import dev.plumbline.problem.Problem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntConsumer;

/**
 * Whether every offset and length of a FlatBuffers file that will be followed stays inside of it (FlatBuffers internals:
 * tables, their tables of fields, vectors, strings). What the generated classes read afterwards they may believe. Two
 * offsets may lead to the same place, so the work is bounded by what all places together would hold.
 */
final class Bounds {

    private static final int SIGNED_OFFSET = 4;
    private static final int WORK = 4;

    /** A builder writes the root last, which is at the front: what begins otherwise leads anywhere in a large file. */
    private static final int FRONT = 1 << 16;

    private final ByteBuffer bytes;
    private long work;

    private Bounds(byte[] file) {
        this.bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        this.work = (long) WORK * file.length + 1024;
    }

    /** Whether these bytes may be such a file: they lead to a table at their beginning. */
    static boolean looksLike(byte[] file) {
        try {
            Bounds bounds = new Bounds(file);
            int root = bounds.reference(0);
            bounds.table(root);
            return root < FRONT;
        } catch (Problem no) {
            return false;
        }
    }

    /** Refuses a file that is no graph of SameDiff from end to end. The numbers are those of the fields in its schema. */
    static void require(byte[] file) {
        Bounds bounds = new Bounds(file);
        int graph = bounds.table(bounds.reference(0));
        bounds.tables(graph, 1, bounds::variable);
        bounds.tables(graph, 2, bounds::node);
        bounds.strings(graph, 5);
        bounds.strings(graph, 6);
    }

    private void variable(int variable) {
        pair(field(variable, 0, 4));
        string(field(variable, 1, 4));
        field(variable, 2, 1);
        vector(variable, 3, 8);
        array(field(variable, 4, 4));
        field(variable, 6, 1);
    }

    private void node(int node) {
        field(node, 0, 4);
        string(field(node, 1, 4));
        field(node, 2, 1);
        tables(node, 6, this::pairAt);
        vector(node, 8, 8);
        vector(node, 9, 8);
        vector(node, 10, 1);
        vector(node, 11, 4);
        strings(node, 15);
        string(field(node, 16, 4));
        array(field(node, 18, 4));
    }

    private void array(int place) {
        if (place != 0) {
            int array = table(reference(place));
            vector(array, 0, 8);
            vector(array, 1, 1);
            field(array, 2, 1);
            field(array, 3, 1);
        }
    }

    private void pair(int place) {
        if (place != 0) {
            pairAt(table(reference(place)));
        }
    }

    private void pairAt(int pair) {
        field(pair, 0, 4);
        field(pair, 1, 4);
    }

    // ── what files are made of ──

    /** A table, which begins with the way back to the list of its fields. */
    private int table(int table) {
        within(table, SIGNED_OFFSET);
        long fields = (long) table - bytes.getInt(table);
        within(fields, 4);
        int fieldsBytes = bytes.getShort((int) fields) & 0xffff;
        int tableBytes = bytes.getShort((int) fields + 2) & 0xffff;
        within(fields, fieldsBytes);
        within(table, tableBytes);
        if (fieldsBytes < 4 || fieldsBytes % 2 != 0 || tableBytes < SIGNED_OFFSET) {
            throw broken("a table at byte " + table);
        }
        spend(tableBytes);
        return table;
    }

    /** Where a field of a table lies; 0 where it has its default. */
    private int field(int table, int number, int width) {
        int fields = table - bytes.getInt(table);
        int place = 4 + 2 * number;
        if (place + 2 > (bytes.getShort(fields) & 0xffff)) {
            return 0;
        }
        int offset = bytes.getShort(fields + place) & 0xffff;
        if (offset == 0) {
            return 0;
        }
        within((long) table + offset, width);
        return table + offset;
    }

    private void vector(int table, int number, int width) {
        int place = field(table, number, 4);
        if (place != 0) {
            length(reference(place), width);
        }
    }

    private void string(int place) {
        if (place != 0) {
            length(reference(place), 1);
        }
    }

    private void strings(int table, int number) {
        references(table, number, this::string);
    }

    private void tables(int table, int number, IntConsumer each) {
        references(table, number, place -> each.accept(table(reference(place))));
    }

    private void references(int table, int number, IntConsumer each) {
        int place = field(table, number, 4);
        if (place != 0) {
            int vector = reference(place);
            int length = length(vector, 4);
            for (int i = 0; i < length; i++) {
                each.accept(vector + 4 + 4 * i);
            }
        }
    }

    private int length(int vector, int width) {
        within(vector, 4);
        long length = bytes.getInt(vector) & 0xffffffffL;
        within(vector + 4L, length * width);
        spend(4 + length * width);
        return (int) length;
    }

    private int reference(int place) {
        within(place, 4);
        long target = place + (bytes.getInt(place) & 0xffffffffL);
        within(target, 4);
        return (int) target;
    }

    private void within(long begin, long length) {
        if (begin < 0 || begin + length > bytes.limit()) {
            throw broken("bytes " + begin + " to " + (begin + length) + " of " + bytes.limit());
        }
    }

    private void spend(long more) {
        work -= more;
        if (work < 0) {
            throw broken("the same bytes, again and again");
        }
    }

    private static Problem broken(String got) {
        return Problem.malformed("", "this is no whole SameDiff file", got, "a file of SameDiff.save or asFlatFile");
    }
}
