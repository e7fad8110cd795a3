/**
 * A language model as judge of free answers, behind any endpoint that speaks the OpenAI chat
 * protocol. Every request leaves from the driver, so that its one {@link
 * io.paretune.jobs.judge.RequestPace} bounds the whole cluster; every reply is in the table {@code
 * judgements} before it counts.
 */
@NullMarked
package io.paretune.jobs.judge;

import org.jspecify.annotations.NullMarked;
