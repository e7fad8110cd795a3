package io.paretune.udfs.benchmark;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** Questions that are right only together. */
final class Groups {

  /**
   * One group.
   *
   * @param id as {@link Sample#group}, within its category
   * @param imageId the image it is counted with: the first, should it have several
   */
  record Group(String id, String imageId, boolean allRight) {
    Group with(Group other) {
      return new Group(
          id,
          imageId.compareTo(other.imageId) <= 0 ? imageId : other.imageId,
          allRight && other.allRight);
    }
  }

  private record Key(String category, String id) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byCategory = category.compareTo(other.category);
      return byCategory != 0 ? byCategory : id.compareTo(other.id);
    }
  }

  private Groups() {}

  static Collection<Group> of(Tally tally) {
    Map<Key, Group> groups = new TreeMap<>();
    tally
        .cells()
        .forEach(
            (cell, counts) ->
                groups.merge(
                    new Key(cell.category(), cell.group()),
                    new Group(cell.group(), cell.imageId(), counts.allRight()),
                    Group::with));
    return groups.values();
  }
}
