#pragma once
#include "io/cli/command_line.hpp"
#include "io/console/table_view.hpp"

namespace vcohort {

/// The option --format table|csv|json of every verb that prints a table.
inline void add_format(Verb& verb, TableFormat& format) {
  verb.choice("--format", format,
              {{"table", TableFormat::table}, {"csv", TableFormat::csv}, {"json", TableFormat::json}},
              "table, csv or json")
      .type("FORMAT");
}

}  // namespace vcohort
