package io.paretune.jobs.config;

/**
 * A night's run.
 *
 * @param trials new candidates, besides those that are scored again
 */
public record RetuneConfig(int trials) {}
