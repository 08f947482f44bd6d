package dev.plumbline.reader.onnx;

import dev.plumbline.reader.Names.Shared;
import dev.plumbline.reader.Naming;
import dev.plumbline.reader.Naming.How;
import dev.plumbline.reader.onnx.Families.Family;
import dev.plumbline.reader.onnx.Plan.Copy;
import dev.plumbline.reader.onnx.Plan.OtherName;
import dev.plumbline.reader.onnx.Plan.Placement;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Weights that stand in the file more than once: whatever nobody tells apart is one weight. */
final class Ties {

    private final Slots slots;
    private final Families families;
    private final Roles roles;
    private final Draft draft;

    Ties(Slots slots, Families families, Roles roles, Draft draft) {
        this.slots = slots;
        this.families = families;
        this.roles = roles;
        this.draft = draft;
    }

    void settle() {
        Set<Family> seen = Collections.newSetFromMap(new IdentityHashMap<>()); // equal ones are one, and numbers many
        for (Slot slot : slots.all()) {
            Family family = families.of(slot);
            if (seen.add(family)) {
                settle(family);
            }
        }
    }

    private void settle(Family family) {
        List<Slot> read = family.slots().stream()
                .filter(slot -> !slot.uses().isEmpty() || draft.placements.containsKey(slot.name()))
                .toList();
        List<Slot> named = read.stream()
                .filter(slot -> draft.placements.containsKey(slot.name()))
                .toList();
        List<Slot> claimed = named.stream().filter(this::isClaimed).toList();
        if (read.size() < 2) {
            return;
        }
        Slot first = !claimed.isEmpty() ? claimed.get(0) : !named.isEmpty() ? named.get(0) : original(read);
        List<String> claims = claims(claimed);
        boolean alone = claims.stream().anyMatch(draft.asked.alone()::contains);
        List<String> others = new ArrayList<>();
        for (Slot slot : read) {
            if (slot != first && (!claims.isEmpty() || family.isMadeBy(first, slot))) {
                if (!claimed.contains(slot)) {
                    others.add(slot.name());
                }
                if (!alone) {
                    follow(slot, first);
                } else if (roles.isParameter(slot.origin())) {
                    draft.placements.computeIfAbsent(slot.name(), key -> Placement.own(slot));
                }
            }
        }
        if (!claims.isEmpty()) {
            boolean made = read.stream().allMatch(slot -> slot == first || family.isMadeBy(first, slot));
            draft.shared.add(new Shared(claims, others, alone, made));
        }
    }

    private static Slot original(List<Slot> read) {
        return read.stream()
                .filter(Slot::isOrigin)
                .min(Comparator.comparing(Slot::isMadeUp))
                .orElse(read.get(0));
    }

    private boolean isClaimed(Slot slot) {
        Placement placement = Objects.requireNonNull(draft.placements.get(slot.name()));
        return Arrays.stream(placement.names()).anyMatch(draft.asked.claims()::containsKey);
    }

    private List<String> claims(List<Slot> claimed) {
        List<String> claims = new ArrayList<>();
        for (Slot slot : claimed) {
            for (String name :
                    Objects.requireNonNull(draft.placements.get(slot.name())).names()) {
                if (draft.asked.claims().containsKey(name)) {
                    claims.add(name);
                }
            }
        }
        return claims.stream().distinct().toList();
    }

    /** Makes a slot the same weight as the first, unless their given values say that they are not, any more. */
    private void follow(Slot slot, Slot first) {
        Placement own = draft.placements.get(slot.name());
        boolean isWeight = draft.placements.containsKey(first.name()) || roles.isParameter(first.origin());
        if (!isWeight || (own == null && !roles.isParameter(slot.origin()))) {
            return;
        }
        Placement there = draft.placements.computeIfAbsent(first.name(), key -> Placement.own(first));
        if (own != null && !takeOver(slot, own, first, there)) {
            return;
        }
        draft.placements.remove(slot.name());
        if (slot.isOrigin()) {
            boolean transposed = !Families.isEqual(first, slot);
            draft.copies.put(slot.name(), new Copy(first.name(), transposed));
            if (own == null) {
                draft.namings.add(new Naming(there.names()[0], slot.name(), How.COPY));
            }
        } else if (!first.origin().equals(slot.origin())) {
            draft.copies.put(slot.name(), new Copy(first.name(), !Families.isEqual(first, slot)));
        }
    }

    /** Whether the names on a slot could become further names of those on the first. */
    private boolean takeOver(Slot slot, Placement own, Slot first, Placement there) {
        if (own.names().length != there.names().length) {
            return false;
        }
        List<Tensor> pieces = own.layout().taken(slot.value());
        List<Tensor> firsts = there.layout().taken(first.value());
        for (int i = 0; i < pieces.size(); i++) {
            boolean equal = Families.isEqual(pieces.get(i), firsts.get(i));
            Tensor given = draft.asked.values().get(own.names()[i]);
            Tensor value = draft.asked.values().get(there.names()[i]);
            boolean isOneWeight = equal || Families.isTransposed(pieces.get(i), firsts.get(i));
            boolean isOneValue =
                    given == null || (value == null ? equal : Families.isEqual(turned(given, !equal), value));
            if (!isOneWeight || !isOneValue) {
                return false;
            }
        }
        for (int i = 0; i < pieces.size(); i++) {
            String name = own.names()[i];
            boolean transposed = !Families.isEqual(pieces.get(i), firsts.get(i));
            if (draft.asked.claims().containsKey(name)) {
                draft.addName(there.names()[i], new OtherName(name, transposed));
            } else if (draft.asked.values().containsKey(name)) {
                draft.giveValue(name, there.names()[i]);
            }
            for (OtherName other : Objects.requireNonNullElse(draft.called.remove(name), List.<OtherName>of())) {
                draft.addName(there.names()[i], new OtherName(other.name(), other.transposed() != transposed));
            }
        }
        return true;
    }

    private static Tensor turned(Tensor value, boolean transposed) {
        return transposed && value.shape().rank() == 2
                ? new Layout.Transposed(value.shape()).taken(value).get(0)
                : value;
    }
}
