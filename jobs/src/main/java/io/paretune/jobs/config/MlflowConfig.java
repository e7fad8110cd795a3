package io.paretune.jobs.config;

import java.util.Optional;

/**
 * Where trials are logged besides the tables.
 *
 * @param server address of an MLflow tracking server; empty for nowhere
 * @param experiment its experiment, made if it is not there
 */
public record MlflowConfig(Optional<String> server, String experiment) {}
