package dev.plumbline.compute.difference;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;

/**
 * Work on one objective that falls into tiles: some positions of some node, moved by the same steps. The tiles and their order
 * follow from the objective alone, not from the machine, and so do the bits of what each gives: a tile is one call of the
 * evaluator, whoever does its neighbours.
 */
public final class Heap {

    private final String name;
    private final List<Tile> tiles;
    private final IntConsumer told;
    private final AtomicIntegerArray tellings; // of each tile: who does it again tells nothing new

    Heap(String name, List<Tile> tiles, IntConsumer told) {
        this.name = name;
        this.tiles = tiles;
        this.told = told;
        this.tellings = new AtomicIntegerArray(tiles.size());
    }

    /** A row of positions of a suffix. */
    record Tile(SuffixDifferences of, int first, int count) {}

    /** The same for the same tiles of the same objective, and for no others of it. */
    public String name() {
        return name;
    }

    public int tiles() {
        return tiles.size();
    }

    /** By estimate, on the core of {@link dev.plumbline.compute.program.Program#seconds}. */
    public double seconds(int tile) {
        return tiles.get(tile).of().seconds(tiles.get(tile).count());
    }

    /** How many numbers a tile gives. */
    public int numbers(int tile) {
        return tiles.get(tile).of().numbers(tiles.get(tile).count());
    }

    /** Does tiles {@code from}, ... {@code to - 1}; the processors share them. */
    public void move(int from, int to) {
        Workers.share(to - from, i -> {
            Tile tile = tiles.get(from + i);
            tile.of().move(tile.first(), tile.count());
            tell(from + i);
        });
    }

    /** What tiles gave that were done, one behind the other. */
    public double[] changes(int from, int to) {
        double[] all = new double[numbers(from, to)];
        int at = 0;
        for (Tile tile : tiles.subList(from, to)) {
            at += tile.of().read(tile.first(), tile.count(), all, at);
        }
        return all;
    }

    /** Puts in what tiles gave that were done elsewhere. */
    public void put(int from, int to, double[] changes) {
        if (changes.length != numbers(from, to)) {
            throw new IllegalArgumentException(changes.length + " numbers of tiles that give " + numbers(from, to));
        }
        int at = 0;
        for (int i = from; i < to; i++) {
            Tile tile = tiles.get(i);
            int length = numbers(tile);
            tile.of().write(tile.first(), tile.count(), Arrays.copyOfRange(changes, at, at + length));
            at += length;
            tell(i);
        }
    }

    private int numbers(int from, int to) {
        return Math.toIntExact(
                tiles.subList(from, to).stream().mapToLong(Heap::numbers).sum());
    }

    private static int numbers(Tile tile) {
        return tile.of().numbers(tile.count());
    }

    private void tell(int i) {
        Tile tile = tiles.get(i);
        boolean isNew = tellings.getAndIncrement(i) == 0;
        told.accept(isNew && tile.of().isFirstLevel() ? tile.count() : 0);
    }
}
