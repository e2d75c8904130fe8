package io.floorkeeper.pricing;

import java.util.List;
import java.util.regex.Pattern;

/** Which names are meant. All names and texts are in lower case. */
sealed interface NameMatch {
  boolean matches(String name);

  /** No name. */
  NameMatch NONE = new Or(List.of());

  record Equal(String text) implements NameMatch {
    @Override
    public boolean matches(String name) {
      return name.equals(text);
    }
  }

  record StartsWith(String text) implements NameMatch {
    @Override
    public boolean matches(String name) {
      return name.startsWith(text);
    }
  }

  record EndsWith(String text) implements NameMatch {
    @Override
    public boolean matches(String name) {
      return name.endsWith(text);
    }
  }

  record Contains(String text) implements NameMatch {
    @Override
    public boolean matches(String name) {
      return name.contains(text);
    }
  }

  /** Anywhere in the name, unless it is anchored. */
  record Regex(Pattern pattern) implements NameMatch {
    @Override
    public boolean matches(String name) {
      return pattern.matcher(name).find();
    }
  }

  record Or(List<NameMatch> any) implements NameMatch {
    @Override
    public boolean matches(String name) {
      for (NameMatch one : any) {
        if (one.matches(name)) {
          return true;
        }
      }
      return false;
    }
  }

  record And(List<NameMatch> all) implements NameMatch {
    @Override
    public boolean matches(String name) {
      return all.stream().allMatch(one -> one.matches(name));
    }
  }
}
