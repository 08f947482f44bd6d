package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A place belongs to one at a time, and whoever stops waiting has not had it. */
class TurnsTests {

    private final Turns turns = new Turns(1, 2);
    private final List<String> granted = new ArrayList<>();

    private Turns.Turn ask(String name) {
        Turns.Turn turn = Objects.requireNonNull(turns.ask("key", 9).turn());
        turn.whenGranted(() -> granted.add(name));
        return turn;
    }

    @Test
    void letsOneWhoWaitsGiveUpAndHandsHisTurnToTheNext() {
        Turns.Turn first = ask("first");
        Turns.Turn second = ask("second");
        ask("third");
        assertThat(second.giveUp()).isTrue();
        assertThat(second.giveUp()).as("twice is once").isFalse();
        assertThat(turns.all()).as("his place in the queue is free").isEqualTo(2);
        first.end();
        second.end();
        assertThat(granted).containsExactly("first", "third");
    }

    @Test
    void keepsATurnThatCameBeforeItWasGivenUp() {
        Turns.Turn first = ask("first");
        Turns.Turn second = ask("second");
        ask("third");
        first.end();
        assertThat(second.giveUp()).isFalse();
        assertThat(second.isGranted()).isTrue();
        assertThat(granted).containsExactly("first", "second");
        second.end();
        assertThat(granted).containsExactly("first", "second", "third");
    }

    @Test
    void tellsOneWhoGaveUpBeforeHeBeganToWait() {
        ask("first");
        Turns.Turn second = Objects.requireNonNull(turns.ask("key", 9).turn());
        assertThat(second.giveUp()).isTrue();
        second.whenGranted(() -> granted.add("second, to be told so"));
        assertThat(granted).containsExactly("first", "second, to be told so");
    }
}
