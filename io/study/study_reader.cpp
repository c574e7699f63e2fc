#include "io/study/study_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/study/size.hpp"
#include "io/study/hours_at_once.hpp"
#include "io/study/number_text.hpp"
#include "io/study/sections.hpp"
#include "io/study/setting.hpp"
#include "io/study/study_questions.hpp"
#include "io/study/study_writer.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/table_reader.hpp"

namespace vcohort {

namespace {

/// A file of another kind or version is not worth any other complaint.
void check_format(const TomlValue& document, Problems& problems) {
  const KeySpec& spec = *top_section.find("format");
  const TomlEntry* format = document.find("format");
  if (!format) {
    problems.add({}, "this is not a study file", "\"format\" is missing", "begin it with format = \"vcohort-study 1\"");
  } else if (!format->value.is_text() || format->value.text != spec.choices.front()) {
    const std::string found =
        format->value.is_text() ? quoted(format->value.text) : std::string(kind_text(format->value.kind));
    problems.add(format->value.place, "this is not a study file of this version", "its format is " + found,
                 "write format = \"vcohort-study 1\"");
  }
  problems.throw_if_any();
}

void check_names(const TomlValue& document, Problems& problems) {
  std::vector<std::string_view> known;
  for (const KeySpec& key : top_section.keys) known.push_back(key.name);
  for (const StudySection& section : study_sections()) known.push_back(section.spec->name);
  for (const TomlEntry& entry : document.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    problems.add(entry.place, "unknown key " + quoted(entry.key), "at the top level", did_you_mean(entry.key, known));
  }
}

/// [policy] looks at no endpoints, so that a study that asks nothing else needs no [outcomes].
bool only_policy_without(const SectionSpec& section, const TomlValue& document) {
  return &section == &outcomes_section && document.find("policy") && !document.find("cohort") &&
         !document.find("trial");
}

void read_sections(const TomlValue& document, StudyContext& context) {
  for (const StudySection& section : study_sections()) {
    const TomlEntry* entry = document.find(section.spec->name);
    if (!entry) {
      if (section.required && needs_patients(document) && !only_policy_without(*section.spec, document)) {
        context.problems.add(document.place, std::string(section.spec->heading) + " is missing", "every study has it",
                             "add it");
      }
    } else if (section.list && !entry->value.is_array()) {
      context.problems.add(entry->place, fmt::format("{} must be a list of tables", quoted(entry->key)),
                           "it is " + std::string(kind_text(entry->value.kind)),
                           fmt::format("write {}", section.spec->heading));
    } else {
      section.read(entry->value, context);
    }
  }
}

/// [policy] draws the parameters, and nothing else of the study would keep them.
void require_draws_of_policy(const TomlValue& document, StudyContext& context) {
  const TomlEntry* parameters = document.find("parameters");
  if (!parameters || context.study.uncertain_parameters || !document.find("policy") || document.find("cohort") ||
      document.find("trial"))
    return;
  context.problems.add(parameters->value.place, "\"parameters\" cannot be \"fixed\" here",
                       "[policy] draws the parameters whatever is said",
                       "remove it, or write parameters = \"uncertain\"");
}

void check_whole(const TomlValue& document, StudyContext& context) {
  const Study& study = context.study;
  settle_questions(document, context);
  require_draws_of_policy(document, context);
  if (context.problems.empty()) check_hours(study, context.places, context.problems);
  const double cells = summary_cells(study);
  if (context.problems.empty() && study.cohort && cells > largest_summary) {
    context.problems.add(
        document.place, fmt::format("the study has {} cells", number_text(cells)),
        fmt::format("{} strategies x {} strata x {} endpoints x {} visits; at most a million are allowed",
                    study.strategies.size(), number_text(strata_of(study)), study.outcomes.endpoints.size(),
                    study.outcomes.visits_months.size()),
        "ask for less");
  }
  const double numbers = policy_numbers(study);
  if (context.problems.empty() && numbers > largest_policy_tally) {
    context.problems.add(
        document.place, fmt::format("[policy] would keep {} numbers in memory", number_text(numbers)),
        fmt::format(
            "{} draws x {} leaves of the strata and 6 of severity x {} strategies, twice; at most {} are allowed",
            study.policy->parameter_draws, number_text(leaves_of(study)), study.strategies.size(),
            number_text(largest_policy_tally)),
        "ask for fewer draws, strata or strategies");
  }
}

StudyReading read_document(const TomlValue& document, Problems& problems) {
  StudyContext context{.problems = problems};
  context.places.file_name = problems.file_name();
  check_names(document, problems);
  read_top(document, context);
  read_sections(document, context);
  check_whole(document, context);
  problems.throw_if_any();
  return {std::move(context.study), std::move(context.notices), {}, std::move(context.places), {}, {}};
}

}  // namespace

StudyReading read_study(std::string_view bytes, const std::string& file_name, const std::vector<std::string>& settings,
                        const std::vector<std::string>& sweeps) {
  TomlValue document = parse_toml(bytes, file_name);
  Problems problems(file_name);
  apply_settings(document, settings, problems);
  apply_sweep_options(document, sweeps, problems);
  check_format(document, problems);
  StudyReading reading = read_document(document, problems);
  reading.resolved = write_study(reading.study);
  if (reading.study.sweep.empty()) return reading;
  for (const std::string& setting : settings)
    for (const SweepAxis& axis : reading.study.sweep)
      for (const SweptKey& moved : axis.keys)
        if (sets(setting, moved.key))
          problems.add({.setting = setting.substr(0, setting.find('='))}, "this says nothing",
                       quoted(moved.key) + " is swept", "remove it, or the axis of the sweep");
  problems.throw_if_any();
  std::erase_if(document.entries, [](const TomlEntry& entry) { return entry.key == "sweep"; });
  reading.document = std::make_shared<const TomlValue>(std::move(document));
  return reading;
}

namespace {

/// Every key has the value that its axis says.
void require_swept(const TomlValue& document, const StudyReading& swept, const std::vector<std::size_t>& places,
                   Problems& problems) {
  if (problems.size() > 0) return;
  const std::vector<SweepAxis>& sweep = swept.study.sweep;
  for (std::size_t axis = 0; axis < sweep.size(); ++axis)
    for (std::size_t key = 0; key < sweep[axis].keys.size(); ++key) {
      const SweptKey& moved = sweep[axis].keys[key];
      if (!has_swept(document, moved.key, moved.values[places[axis]]))
        problems.add(swept.places.sweep[axis][key][places[axis]], quoted(moved.key) + " is swept twice",
                     "another key of the sweep is the same one, or holds it", "remove one of them");
    }
}

}  // namespace

StudyReading read_setting(const StudyReading& swept, std::size_t setting) {
  const std::vector<SweepAxis>& sweep = swept.study.sweep;
  const std::vector<std::size_t> places = places_of(sweep, setting);
  TomlValue document = *swept.document;
  Problems problems(swept.places.file_name);
  problems.pass_over_keys_without_effect();
  for (std::size_t axis = 0; axis < sweep.size(); ++axis)
    for (std::size_t key = 0; key < sweep[axis].keys.size(); ++key) {
      const SweptKey& moved = sweep[axis].keys[key];
      Place place = swept.places.sweep[axis][key][places[axis]];
      place.swept = moved.key;
      apply_swept(document, moved.key, moved.values[places[axis]], place, problems);
    }
  require_swept(document, swept, places, problems);
  StudyReading reading = read_document(document, problems);
  reading.without_effect = problems.without_effect();
  reading.study.mark = mark_of(sweep, setting);
  reading.study.is_compared = compares(sweep);
  if (reading.study.trial && !reading.study.trial->save_replicates) reading.study.trial->save_replicates = false;
  return reading;
}

}  // namespace vcohort
