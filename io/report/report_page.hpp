#pragma once
#include <string>
#include <vector>

#include "engine/numeric/table.hpp"
#include "io/results/result_file.hpp"

/// The page that shows results, built into the program out of io/report/page.
namespace vcohort {

/// The first line of every page that vcohort writes.
inline constexpr const char* page_first_line = "<!doctype html><!-- vcohort page -->";

/// One self-contained HTML page with the answers of some complete results; two stand side by side. `added` are tables
/// that are no part of a file: they go with the first result. What a study says is text, never markup, as it goes into
/// the page compressed and encoded.
std::string report_page(const std::vector<const ResultFile*>& results, const std::vector<Table>& added);

/// The page that opens any result file by itself.
std::string explorer_page();

}  // namespace vcohort
