package dev.plumbline.compute.health.window;

import dev.plumbline.compute.health.Profile;
import java.util.List;

/**
 * What was said once about a run.
 *
 * @param window how many of the last snapshots the rules look at
 * @param layers that count for the depth, first layer first; empty where their names shall say
 * @param profile whose rules judge each snapshot by itself; those over windows are Plumbline's
 */
public record Watched(int window, List<String> layers, Profile profile) {}
