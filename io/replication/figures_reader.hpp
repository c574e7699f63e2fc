#pragma once
#include <string>
#include <string_view>

#include "engine/replication/figure.hpp"
#include "engine/study/study.hpp"
#include "io/study/key_spec.hpp"

namespace vcohort {

/// Reads a figures file (TOML, UTF-8): what a publication prints, beside the study file that simulates it. As strict as
/// a study: every figure says where it comes from, and either how it is computed or why the model has nothing like it.
/// `study` is the study beside it; null where there is none, and then no figure is modelled.
///
/// Errors: one InvalidInput with all problems, each `file:line:column: problem (why) what to do`.
PublishedStudy read_figures(std::string_view bytes, const std::string& file_name, const Study* study);

extern const SectionSpec figures_section;
extern const SectionSpec figure_section;
extern const SectionSpec spread_section;

}  // namespace vcohort
