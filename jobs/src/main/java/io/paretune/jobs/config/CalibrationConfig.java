package io.paretune.jobs.config;

/**
 * How activation statistics are taken.
 *
 * @param samples questions of the calibration split that are used; 0 for all
 * @param selection which of them
 */
public record CalibrationConfig(int samples, CalibrationSelection selection) {}
