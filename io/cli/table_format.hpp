#pragma once
#include <CLI/CLI.hpp>

#include "io/console/table_view.hpp"

namespace vcohort {

/// The option --format table|csv|json of every verb that prints a table.
inline void add_format(CLI::App& verb, TableFormat& format) {
  const std::map<std::string, TableFormat> formats{
      {"table", TableFormat::table}, {"csv", TableFormat::csv}, {"json", TableFormat::json}};
  verb.add_option("--format", format, "table, csv or json")
      ->transform(CLI::CheckedTransformer(formats).description(""))
      ->type_name("FORMAT");
}

}  // namespace vcohort
