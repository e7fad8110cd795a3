package io.paretune.udfs.evaluate;

/** What pruned layers that are lent together depend on; layers one by one come first. */
sealed interface LentKey extends Comparable<LentKey> permits LayerKey, UpdatedKey {

  @Override
  default int compareTo(LentKey other) {
    if (this instanceof LayerKey one && other instanceof LayerKey two) {
      return LayerKey.ORDER.compare(one, two);
    }
    if (this instanceof UpdatedKey one && other instanceof UpdatedKey two) {
      return UpdatedKey.ORDER.compare(one, two);
    }
    return this instanceof LayerKey ? -1 : 1;
  }
}
