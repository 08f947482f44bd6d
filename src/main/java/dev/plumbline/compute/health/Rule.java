package dev.plumbline.compute.health;

/** One symptom and its thresholds. */
interface Rule {

    Judgement judge(Condition condition);
}
