package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.probe.session.Naming.Named;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/** The accounts of all tensors, and which of them nothing has seen yet. */
final class Ledger {

    private static final int MOST_GROUPS = 16;
    private static final double SPAN = 1e3; // of the contributions in a group
    private static final double COARSE_SPAN = 5;
    private static final double SHOWS = 2;

    private final Subject subject;
    private final List<Account> accounts;
    private int panels;
    private int directions;
    private boolean unattributed;

    Ledger(Subject subject, Settings settings) {
        this.subject = subject;
        this.accounts = subject.tensors().stream()
                .map(tensor -> new Account(tensor, settings.confidence()))
                .toList();
    }

    Subject subject() {
        return subject;
    }

    List<Account> accounts() {
        return accounts;
    }

    int panels() {
        return panels;
    }

    int directions() {
        return directions;
    }

    /** Whether something failed that could not be pinned on a tensor. */
    boolean isUnattributed() {
        return unattributed;
    }

    void count(Panel panel) {
        panels++;
        directions += panel.lines().size();
    }

    void agrees(Panel panel) {
        double contribution = subject.contribution(panel.set().tensors());
        panel.set().tensors().forEach(tensor -> accounts.get(tensor).agrees(panel, contribution));
    }

    /** One factor over everything: of each tensor that is large enough for it to have shown. */
    void scaled(Panel panel, OptionalDouble ratio) {
        Line line = panel.sharpest();
        for (int tensor : panel.set().tensors()) {
            double contribution = subject.tensor(tensor).contribution();
            boolean alone = panel.set().tensors().size() == 1;
            boolean shows =
                    ratio.isPresent() && SHOWS * line.bound() <= Math.abs(ratio.getAsDouble() - 1) * contribution;
            if (alone || shows) {
                Fault fault = ratio.isPresent() ? Naming.factor(ratio.getAsDouble()) : new Fault.Unknown();
                accounts.get(tensor).isWrong(Spot.of(line), new Named(fault, List.of()));
            }
        }
        unattributed |= accounts.stream().allMatch(account -> account.wrong() == null);
    }

    void wrong(WrongTensor wrong, Named named) {
        accounts.get(wrong.tensor()).isWrong(wrong.worst(), named);
    }

    /** What a refuted panel says about the tensors that were not found wrong. */
    void rest(Suspects suspects) {
        suspects.rest().forEach(tensor -> accounts.get(tensor).agrees(suspects.blursOfTheRest()));
    }

    void isUnexplained() {
        unattributed = true;
    }

    /** Those to look at next, by size: what lies under larger tensors' truncation shows alone. */
    List<List<Integer>> unseenGroups(boolean coarse) {
        List<Integer> unseen = new ArrayList<>(subject.all().stream()
                .filter(tensor -> accounts.get(tensor).isOpen())
                .filter(tensor -> !isSettled(accounts.get(tensor)))
                .sorted(Comparator.comparingDouble(t -> -subject.tensor(t).contribution()))
                .toList());
        List<List<Integer>> groups = new ArrayList<>();
        double largest = Double.NaN;
        for (int tensor : unseen) {
            double contribution = subject.tensor(tensor).contribution();
            boolean fits = contribution == largest
                    || contribution * (coarse ? COARSE_SPAN : SPAN) >= largest && contribution > 0;
            if (!fits) {
                groups.add(new ArrayList<>());
                largest = contribution;
            }
            groups.get(groups.size() - 1).add(tensor);
        }
        return groups.subList(0, Math.min(MOST_GROUPS, groups.size()));
    }

    /** A panel of its kind has had nothing but noise in the way, or it was in one alone. */
    private boolean isSettled(Account account) {
        boolean examined = account.smallestPanel() < subject.tensors().size()
                || subject.tensors().size() == 1;
        return examined && (account.isNoiseLimited() || account.smallestPanel() == 1);
    }
}
