package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Asked;
import dev.plumbline.reader.Exporting;
import dev.plumbline.reader.Names.Shared;
import dev.plumbline.reader.Naming;
import dev.plumbline.reader.onnx.Plan.Copy;
import dev.plumbline.reader.onnx.Plan.OtherName;
import dev.plumbline.reader.onnx.Plan.Placement;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A {@link Plan} while it is written. */
final class Draft {

    final Asked asked;
    final Map<String, Placement> placements = new LinkedHashMap<>(); // by slot
    final Map<String, Copy> copies = new LinkedHashMap<>(); // by slot
    final Map<String, String> values = new HashMap<>(); // slot: the given parameter that replaces its value
    final Map<String, List<OtherName>> called = new LinkedHashMap<>(); // by the first name
    final Map<String, String> renamed = new HashMap<>();
    final Set<String> replaced = new HashSet<>();
    final List<Naming> namings = new ArrayList<>();
    final List<Shared> shared = new ArrayList<>();
    final Map<String, List<String>> doubtful = new HashMap<>();

    Draft(Asked asked) {
        this.asked = asked;
    }

    void place(String name, Spot spot) {
        String slot = spot.slot().name();
        Placement placement = placements.computeIfAbsent(
                slot,
                key -> new Placement(
                        spot.layout(), new String[spot.layout().pieces().size()]));
        placement.names()[spot.piece()] = name;
        namings.add(new Naming(name, slot, spot.how()));
    }

    void addName(String first, OtherName other) {
        List<OtherName> names = called.computeIfAbsent(first, key -> new ArrayList<>());
        if (names.stream().noneMatch(each -> each.name().equals(other.name()))) {
            names.add(other);
        }
    }

    void requireOneValue(String first, String second) {
        Tensor one = asked.values().get(first);
        Tensor other = asked.values().get(second);
        if (one != null && other != null && !Families.isEqual(one, other)) {
            throw Problem.invalid(
                    Problem.pointer("parameters", second),
                    "the file has one weight for %s and %s, which are given different values".formatted(first, second),
                    second,
                    "the values of " + first + ", or " + Exporting.KEEPING_NAMES);
        }
    }

    /** The value of one more name of a parameter: the parameter's, where it has none of its own. */
    void giveValue(String name, String first) {
        requireOneValue(first, name);
        if (asked.values().containsKey(first)) {
            replaced.add(name);
        } else {
            renamed.put(name, first);
        }
    }
}
