package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.limits.KeyLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No key takes all of what large bodies share. */
class BodySharesTests {

    @TempDir
    private Path directory;

    @Test
    void leavesAPlaceToTheOtherKeyAndTakesOneBackOnce() {
        BodyShares shares = new BodyShares(KeyLimits.defaults(), false, 2);
        Runnable ending = Objects.requireNonNull(shares.enter("ann").ending());
        assertThat(shares.enter("ann").full()).isEqualTo("plumbline.key-limits.bulk-requests");
        assertThat(shares.enter("ben").ending()).isNotNull();
        ending.run();
        ending.run();
        assertThat(shares.enter("cam").ending()).isNotNull();
        assertThat(shares.enter("ann").full()).isEqualTo("plumbline.limits.bulk-requests");
    }

    @Test
    void givesEverythingToEverybodyWhereThereAreNoKeys() {
        BodyShares shares = new BodyShares(KeyLimits.defaults(), true, 2);
        assertThat(shares.enter("anybody").ending()).isNotNull();
        assertThat(shares.enter("anybody").ending()).isNotNull();
        assertThat(shares.enter("anybody").full()).isNotNull();
    }

    @Test
    void leavesRoomOnTheDiskToTheOtherKey() throws IOException {
        BodyShares shares = new BodyShares(KeyLimits.defaults(), false, 2);
        SpoolRoom all = new SpoolRoom(directory, 100);
        SpoolRoom ann = shares.room(all, "ann");
        ann.take(50);
        assertThatThrownBy(() -> ann.take(1))
                .isInstanceOf(SpoolRoom.Full.class)
                .hasMessageContaining("plumbline.key-limits.spool-bytes");
        shares.room(all, "ben").take(50);
        assertThatThrownBy(() -> shares.room(all, "cam").take(1)).hasMessageContaining("plumbline.limits.spool-bytes");
        ann.leave(50);
        assertThat(all.taken()).isEqualTo(50);
        assertThat(shares.room(all, "ann")).as("one key has one room").isSameAs(ann);
    }

    @Test
    void keepsBeginningsInMemoryWhileThereIsSomeAndForgetsThemAll() throws IOException {
        SpoolRoom room = new SpoolRoom(directory, 100, 10).share("ann", 100);
        Spool first = new Spool(room, 8);
        first.write(new byte[6], 0, 6);
        Spool second = new Spool(room, 8);
        second.write(new byte[6], 0, 6);
        assertThat(room.remembered()).isEqualTo(6);
        assertThat(room.taken()).as("the second is on the disk").isEqualTo(6);
        second.finish();
        Path target = directory.resolve("target");
        second.moveTo(target);
        assertThat(second.open().readAllBytes()).hasSize(6);
        first.write(new byte[6], 0, 6);
        assertThat(room.remembered()).as("moved to the disk as a whole").isZero();
        for (Spool spool : new Spool[] {first, second, first}) {
            spool.close();
        }
        assertThat(room.remembered() + room.taken()).isZero();
        try (var left = Files.list(directory)) {
            assertThat(left).as("what was taken over is another's").containsExactly(target);
        }
    }
}
