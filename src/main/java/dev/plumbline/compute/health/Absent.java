package dev.plumbline.compute.health;

/** A rule that a profile cannot judge here. */
record Absent(Symptom symptom, String because) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        return Judgement.notEvaluated(symptom, because);
    }
}
