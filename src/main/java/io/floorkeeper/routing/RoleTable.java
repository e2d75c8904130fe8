package io.floorkeeper.routing;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The routes of a policy's roles by name. Immutable. Snapshots of one policy share the names: the
 * next one copies an array of references, and where nothing changed not even that.
 */
final class RoleTable extends AbstractMap<String, RoleRoutes> {
  private final Map<String, Integer> slots;
  private final RoleRoutes[] routes;

  private RoleTable(Map<String, Integer> slots, RoleRoutes[] routes) {
    this.slots = slots;
    this.routes = routes;
  }

  /** One role each, under the name that its policy gives it. */
  static RoleTable of(RoleRoutes... routes) {
    Map<String, Integer> slots = new HashMap<>();
    for (int slot = 0; slot < routes.length; slot++) {
      slots.put(routes[slot].policy().name(), slot);
    }
    return new RoleTable(Map.copyOf(slots), routes.clone());
  }

  /** The role in a slot, from 0 to {@link #size} - 1. */
  RoleRoutes at(int slot) {
    return routes[slot];
  }

  /** A copy of the slots, for {@link #with}. */
  RoleRoutes[] copy() {
    return routes.clone();
  }

  /**
   * The same names with other routes.
   *
   * @param changed slot by slot as in {@link #copy}; the table's from now on
   */
  RoleTable with(RoleRoutes[] changed) {
    return new RoleTable(slots, changed);
  }

  @Override
  public int size() {
    return routes.length;
  }

  @Override
  public RoleRoutes get(Object name) {
    Integer slot = slots.get(name);
    return slot == null ? null : routes[slot];
  }

  @Override
  public boolean containsKey(Object name) {
    return slots.containsKey(name);
  }

  @Override
  public Set<Entry<String, RoleRoutes>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return routes.length;
      }

      @Override
      public Iterator<Entry<String, RoleRoutes>> iterator() {
        return Arrays.stream(routes)
            .<Entry<String, RoleRoutes>>map(r -> Map.entry(r.policy().name(), r))
            .iterator();
      }
    };
  }
}
