package io.paretune.jobs.command;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The values of a command's options, read and checked. */
public final class Arguments {
  private final Map<String, List<Object>> values;

  Arguments(Map<String, List<Object>> values) {
    this.values = Map.copyOf(values);
  }

  /** The value of an option that is required or has a default. */
  public <T> T value(Option<T> option) {
    return valueIfGiven(option)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    option.name() + " is neither required nor has it a default"));
  }

  /** The value, if the option was given or has a default. */
  public <T> Optional<T> valueIfGiven(Option<T> option) {
    return values(option).stream().findFirst();
  }

  /** Whether a switch was given. */
  public boolean has(Option<Boolean> flag) {
    return value(flag);
  }

  /** The values of an option that can be given several times, in the order given. */
  @SuppressWarnings("unchecked") // ArgumentParser puts in what the option's own parser returned.
  public <T> List<T> values(Option<T> option) {
    return (List<T>) values.getOrDefault(option.name(), List.of());
  }
}
