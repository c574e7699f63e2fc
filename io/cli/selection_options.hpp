#pragma once
#include "engine/numeric/errors.hpp"
#include "io/cli/command_line.hpp"
#include "io/console/selection.hpp"

namespace vcohort {

/// The options that choose rows and columns of a table.
inline void add_selection(Verb& verb, Selection& selection) {
  verb.option("--where", selection.where,
              "rows for which this holds, such as 'best = yes and stance = sceptical'; =, !=, <, <=, >, >=, and, or, "
              "brackets")
      .type("CONDITION");
  verb.option("--columns", selection.columns, "these columns, in this order, with commas").type("NAMES").list();
  verb.option("--sort", selection.sort, "by these columns; -name: from the largest down").type("NAMES").list();
  verb.option("--pivot", selection.pivot,
              "a cross-table: names of columns whose values become rows, columns and cells, such as "
              "strategy/scenario/inb")
      .type("ROWS/COLUMNS/VALUE");
  verb.option("--limit", selection.limit, "at most so many rows of what was chosen").type("N").positive();
}

/// The selection, whose mistakes are mistakes of the command line.
inline Table chosen_from(Table table, const Selection& selection) {
  try {
    return selected(std::move(table), selection);
  } catch (const InvalidInput& problem) {
    throw CommandLineError(problem.what());
  }
}

}  // namespace vcohort
