/**
 * The multimodal model: vision encoder, projector, decoder. Questions of one image share its
 * prefix, which goes through the decoder once per candidate; the questions and their options hang
 * off it as a tree of tokens, so that shared beginnings are computed once too.
 */
@NullMarked
package io.paretune.udfs.model;

import org.jspecify.annotations.NullMarked;
