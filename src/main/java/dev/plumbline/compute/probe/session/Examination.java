package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.probe.session.Direction.Kind;
import dev.plumbline.compute.probe.session.Naming.Named;
import dev.plumbline.compute.probe.session.Step.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The order of work of a session, as one conversation: the point; directions over everything; what is wrong, where anything
 * is; groups of tensors that nothing has seen yet; the findings.
 */
final class Examination {

    private static final int DIRECTIONS = 3;
    private static final int GROUP_DIRECTIONS = 2;
    private static final int PASSES = 3;

    private final Subject subject;
    private final Settings settings;
    private final Interview interview;
    private final Point point;
    private final Ledger ledger;

    private Examination(Subject subject, Settings settings, Interview interview, Point point) {
        this.subject = subject;
        this.settings = settings;
        this.interview = interview;
        this.point = point;
        this.ledger = new Ledger(subject, settings);
    }

    static Findings of(Subject subject, Settings settings, Interview interview) {
        Point point = Point.examine(subject, settings, interview);
        Subject known = point.isUsable() ? Overflow.resolved(subject, settings, interview) : subject;
        return new Examination(known, settings, interview, point).findings();
    }

    private Findings findings() {
        if (point.isUsable() && !claimsNonFinite()) {
            Panels panels = new Panels(new Probing(subject, interview, point), settings);
            examine(panels, panels.over(Stage.EVERYTHING, subject.all(), DIRECTIONS, ledger.panels()));
            if (!subject.product().isAlongGiven()) {
                groups(panels);
            }
        }
        return new Judgement(ledger, point).findings(settings, interview);
    }

    /** A claim of NaN or infinity where the function is finite needs no evaluation; an infinite norm may have overflowed. */
    private boolean claimsNonFinite() {
        boolean any = false;
        for (Account account : ledger.accounts()) {
            if (!Double.isFinite(account.tensor().contribution())) {
                account.isWrong(null, new Named(new Fault.NonFinite(), List.of()));
                any = true;
            }
        }
        return any;
    }

    private void examine(Panels panels, Panel panel) {
        ledger.count(panel);
        if (!panels.areRefuted(panel, ledger.panels())) {
            ledger.agrees(panel);
            return;
        }
        OptionalDouble ratio = panels.ratio(panel);
        if (ratio.isPresent()
                || panel.set().tensors().size() == 1 && subject.product().isAlongGiven()) {
            ledger.scaled(panel, ratio);
            return;
        }
        List<WrongTensor> wrong = found(panels, panel);
        Naming naming = new Naming(panels.probing(), settings);
        wrong.forEach(tensor -> ledger.wrong(tensor, naming.name(tensor)));
    }

    private List<WrongTensor> found(Panels panels, Panel panel) {
        Suspects suspects = new Suspects(panels.probing(), panel);
        List<WrongTensor> wrong = new ArrayList<>(suspects.found());
        if (wrong.isEmpty()
                && panel.lines().stream().anyMatch(line -> line.direction().kind() == Kind.CLAIM)) {
            wrong.addAll(panels.wrongAlongTheirClaims(panel, ledger.panels()));
        } else if (suspects.isExplained()) {
            ledger.rest(suspects);
        }
        boolean explained = !wrong.isEmpty()
                && (suspects.isExplained() || panels.probing().point().isFloat32());
        if (!explained) {
            ledger.isUnexplained();
        }
        return wrong;
    }

    private void groups(Panels panels) {
        for (int pass = 0; pass < PASSES && !ledger.isUnattributed(); pass++) {
            for (List<Integer> group :
                    ledger.unseenGroups(panels.probing().point().isFloat32())) {
                if (interview.affords(GROUP_DIRECTIONS * 8 + 8 + Settings.RESERVE)) {
                    examine(panels, panels.over(Stage.GROUPS, group, GROUP_DIRECTIONS, ledger.panels()));
                }
            }
        }
    }
}
