#pragma once
#include <iostream>
#include <optional>

#include "io/cli/command_line.hpp"
#include "io/console/screen.hpp"
#include "io/console/table_view.hpp"

namespace vcohort {

/// The option --format table|csv|json of every verb that prints a table.
inline void add_format(Verb& verb, TableFormat& format) {
  verb.choice("--format", format,
              {{"table", TableFormat::table}, {"csv", TableFormat::csv}, {"json", TableFormat::json}},
              "table, csv or json")
      .type("FORMAT");
}

/// What a verb says fits the screen while it lives, unless a program reads it.
class ReadableOutput {
 public:
  explicit ReadableOutput(TableFormat format) {
    if (format == TableFormat::table) screen_.emplace(std::cout);
  }

 private:
  std::optional<FoldedScreen> screen_;
};

}  // namespace vcohort
