#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <sstream>
#include <utility>
#include <vector>

#include "engine/numeric/errors.hpp"
#include "engine/run/run.hpp"
#include "io/cli/delivery.hpp"
#include "io/cli/part_sink.hpp"
#include "io/cli/parts_folder.hpp"
#include "io/cli/verbs.hpp"
#include "io/files/temporary_folder.hpp"
#include "io/replication/figures_reader.hpp"
#include "io/results/layout.hpp"
#include "io/results/result_file.hpp"
#include "io/study/schema.hpp"

namespace vcohort {

namespace {

/// The smallest study that fills every table.
constexpr const char* tiny_study = R"(format = "vcohort-study 1"
title = "Every table once"
evidence = "sceptical"
parameters = "uncertain"
seed = 1
[population]
size = 64
age_years = { distribution = "uniform", low = 2, high = 12 }
gmfcs = { I = 0.2, II = 0.2, III = 0.2, IV = 0.2, V = 0.2 }
[[strategy]]
name = "rehabilitation"
[[strategy]]
name = "intrathecal"
cell = "MSC"
route = "intrathecal"
dose_per_kg = 1e6
infusions = 4
interval_days = 7
[[strategy]]
name = "surgery"
procedure = { name = "rhizotomy" }
eligibility = { gmfcs = ["II", "III"], motor_type = ["spastic"], topography = ["diplegia"] }
[strata]
age_years = [0, 6, 18]
[outcomes]
visits_months = [6]
endpoints = ["gmfm66"]
[cohort]
reference = "rehabilitation"
save_patients = true
[policy]
reference = "rehabilitation"
parameter_draws = 4
patients_per_draw = 16
horizon_years = 5
discount = { costs = 0.03, effects = 0.03 }
currency = "USD"
price_year = 2025
population = { per_year = 100 }
willingness_to_pay = { to = 100_000, step = 50_000 }
evppi = { utilities = ["utility.slope.hui3"] }
[policy.sensitivity]
patients = 64
grid = [{ parameter = "price.product.MSC", values = [1_000, 2_000] }, { parameter = "waning", values = [0.5, 2] }]
threshold = [{ parameter = "price.product.MSC" }]
sobol = { points = 16, patients = 64 }
[policy.budget]
births_per_year = 1000
prevalence_per_1000 = 1.6
age_years = [2, 12]
uptake = [0.1]
before = { rehabilitation = 1 }
after = { intrathecal = 1 }
[policy.research]
cost_fixed = 1
cost_per_patient = 1
source = "any"
[trial]
arms = [{ strategy = "rehabilitation" }, { strategy = "intrathecal" }]
sample_size = [16]
replicates = 4
primary = { endpoint = "gmfm66", visit_months = 6, analysis = "t" }
)";

/// What a trial with looks adds.
constexpr const char* tiny_looks = R"(format = "vcohort-study 1"
seed = 1
[data_model]
kind = "normal"
visits_months = [1]
arms.a = { mean = [0], sd = [1] }
arms.b = { mean = [0], sd = [1] }
[trial]
arms = [{ strategy = "a" }, { strategy = "b" }]
sample_size = [16]
replicates = 4
accrual = { per_month = 1 }
primary = { visit_months = 1, analysis = "t" }
[trial.looks]
information = [0.5, 1]
efficacy = { boundary = "pocock" }
)";

/// What a family of claims adds.
constexpr const char* tiny_family = R"(format = "vcohort-study 1"
seed = 1
[data_model]
kind = "normal"
visits_months = [1]
arms.a = { mean = [0], sd = [1] }
arms.b = { mean = [0], sd = [1] }
[trial]
arms = [{ strategy = "a" }, { strategy = "b" }]
sample_size = [16]
replicates = 4
primary = { visit_months = 1, analysis = "t" }
secondary = [{ name = "ranks", visit_months = 1, analysis = "wilcoxon" }]
multiplicity = { sequence = ["ranks"] }
)";

/// The layout of a result, taken from a result: it cannot fall behind the code.
std::string layout_of(const char* study) {
  const TemporaryFolder folder;
  FileHeader header;
  header.study_resolved = study;
  LoadedStudy loaded = load_study(header);
  const Plan plan = make_plan(loaded);
  const auto output = folder / "layout.h5";
  PartSink sink(plan, loaded.header, parts_folder(output));
  RunOptions options;
  options.threads = 1;
  run_blocks(plan, options, sink);
  ResultContent result = deliver(loaded, plan, combine_parts(paths_of(list_parts(parts_folder(output))))).result;
  result.runtime = runtime_table(options.threads, 0);
  publish_result(output, result);
  return describe_layout(ResultFile(output));
}

/// The tables of a layout: path, and what follows it.
std::vector<std::pair<std::string, std::string>> sections_of(const std::string& layout) {
  const std::string heading = "## ";
  std::vector<std::pair<std::string, std::string>> sections;
  std::istringstream lines(layout);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(heading))
      sections.emplace_back(line.substr(heading.size()), "");
    else if (!sections.empty())
      sections.back().second += line + "\n";
  }
  return sections;
}

/// What the trial of a study has beyond the tables and columns that are known.
void print_more(const char* study, std::string_view of, std::vector<std::pair<std::string, std::string>>& known) {
  for (const auto& section : sections_of(layout_of(study))) {
    const std::string &path = section.first, &text = section.second;
    if (!path.starts_with("/trial/")) continue;
    const auto same = std::find_if(known.begin(), known.end(), [&](const auto& other) { return other.first == path; });
    if (same == known.end()) {
      std::cout << fmt::format("\n## {}\n{}", path, text);
      known.push_back(section);
      continue;
    }
    std::string more;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("- ") && same->second.find(line) == std::string::npos) more += line + "\n";
    if (!more.empty()) std::cout << fmt::format("\n## {}, of {}\n\nAlso:\n\n{}", path, of, more);
  }
}

void print_result_layout() {
  const std::string layout = layout_of(tiny_study);
  std::cout << layout;
  auto known = sections_of(layout);
  print_more(tiny_looks, "a trial with looks", known);
  print_more(tiny_family, "a family of claims", known);
}

}  // namespace

void add_schema(Verb& program) {
  auto what = std::make_shared<std::string>("study");
  Verb verb = program.verb(
      "schema",
      "the layout of the study file, of the result file or of a replication's figures, generated from the code");
  verb.option("what", *what, "study, result or figures [study]").one_of({"study", "result", "figures"});
  verb.action([what] {
    if (*what == "study")
      std::cout << schema_text();
    else if (*what == "figures")
      for (const SectionSpec* section : {&figures_section, &figure_section, &spread_section})
        std::cout << schema_text(*section);
    else
      print_result_layout();
    return ExitStatus::done;
  });
}

}  // namespace vcohort
