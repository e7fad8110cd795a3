package io.paretune.jobs.config;

/**
 * How activation statistics are taken.
 *
 * @param samples questions of the calibration split that are used, in file order; 0 for all
 */
public record CalibrationConfig(int samples) {}
