/**
 * Spark functions over the packages beside this one; the only package that knows Spark. A function
 * is serialized with what it needs to find its model, never with the model: executors load one per
 * process and device and keep it ({@link io.paretune.udfs.evaluate.ResidentModel}).
 */
@NullMarked
package io.paretune.udfs.spark;

import org.jspecify.annotations.NullMarked;
