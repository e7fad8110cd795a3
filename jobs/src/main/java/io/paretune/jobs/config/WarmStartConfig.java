package io.paretune.jobs.config;

import java.util.List;

/**
 * Earlier searches whose trials are evidence for this one.
 *
 * @param studies by name, in the same warehouse; of this model or of a sibling
 * @param weight what such a trial counts for beside one of this study's own at first; it fades as
 *     the study's own come in
 */
public record WarmStartConfig(List<String> studies, double weight) {}
