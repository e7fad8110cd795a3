package io.paretune.udfs.model;

/**
 * A prompt whose answer is to be generated.
 *
 * @param tokens what follows the image's prefix; at least one
 * @param rules when the answer ends
 */
public record OpenPrompt(long[] tokens, StopRules rules) {}
