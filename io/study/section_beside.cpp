#include <fmt/format.h>

#include <array>

#include "engine/study/size.hpp"
#include "io/study/beside_keys.hpp"
#include "io/study/category_key.hpp"
#include "io/study/hours_at_once.hpp"

namespace vcohort {

namespace {

constexpr double most_weeks = 5200;
constexpr double most_times = 1000;
constexpr double most_months = static_cast<double>(largest_occasion) / days_per_month;

constexpr std::array<KeySpec, 5> rehabilitation_keys = {{
    field<&Rehabilitation::hours_per_week>(
        "hours_per_week", {.unit = "hours", .range = {0, hours_awake}, .required = true},
        "Active therapy while the block lasts, in place of the hours of usual care; 0: none at all. Blocks at the same "
        "time add up.",
        "10"),
    field<&Rehabilitation::weeks>("weeks", {.unit = "weeks", .range = above(0, most_weeks)},
                                  "How long a block lasts; without it there is no end.", "12"),
    field<&Rehabilitation::repeat>("repeat", {.range = {1, most_times}, .quiet = true}, "How often the block is given.",
                                   "2"),
    field<&Rehabilitation::every_weeks>(
        "every_weeks", {.unit = "weeks", .range = {0, most_weeks}, .quiet = true},
        "From the start of one block to the start of the next; required where there is more than one.", "26"),
    field<&Rehabilitation::start_months>("start_months", {.unit = "months", .range = {0, most_months}, .quiet = true},
                                         "When the first block begins, since baseline.", "3"),
}};

void finish_rehabilitation(const TableReader& reader, Rehabilitation& block, const Scope&) {
  if (!reader.sound()) return;
  if (block.repeat == 1) {
    if (reader.has("every_weeks") && block.every_weeks > 0)
      refuse_without_effect(reader, "every_weeks", "there is one block");
    return;
  }
  if (!block.weeks)
    reader.refuse("repeat", "a block without end cannot be repeated", "\"weeks\" is missing", "write weeks = 12");
  else if (block.every_weeks == 0)
    reader.refuse("repeat", "\"every_weeks\" is missing", "there is more than one block", "write every_weeks = 26");
  else if (block.every_weeks < *block.weeks)
    reader.refuse("every_weeks", "the blocks overlap",
                  fmt::format("one lasts {:g} weeks and the next begins after {:g}", *block.weeks, block.every_weeks),
                  "make every_weeks longer");
}

constexpr std::array<KeySpec, 4> procedure_keys = {{
    field<&ProcedureUse::procedure>("name", {.required = true, .no_default = true},
                                    "Which one. `own_1` and so on are for evidence of one's own.", "\"rhizotomy\""),
    field<&ProcedureUse::times>("times", {.range = {1, most_times}, .quiet = true}, "How often it is done.", "4"),
    field<&ProcedureUse::every_months>("every_months", {.unit = "months", .range = {0, most_months}, .quiet = true},
                                       "From one time to the next; required where there is more than one.", "6"),
    field<&ProcedureUse::start_months>("start_months", {.unit = "months", .range = {0, most_months}, .quiet = true},
                                       "When it is done first, since baseline.", "3"),
}};

void finish_procedure(const TableReader& reader, ProcedureUse& use, const Scope&) {
  if (!reader.sound()) return;
  if (use.times == 1 && use.every_months > 0)
    refuse_without_effect(reader, "every_months", "it is done once");
  else if (use.times > 1 && use.every_months == 0)
    reader.refuse("times", "\"every_months\" is missing", "it is done more than once", "write every_months = 6");
}

constexpr std::array<KeySpec, 3> eligibility_keys = {{
    category_key<&StrategyEligibility::gmfcs>("gmfcs", gmfcs_names, "Levels.", "[\"II\", \"III\"]"),
    category_key<&StrategyEligibility::motor_type>("motor_type", motor_type_names, "Motor types.", "[\"spastic\"]"),
    category_key<&StrategyEligibility::topography>(
        "topography", topography_names, "Limbs that are affected, in spastic children; `none` in all others.",
        "[\"diplegia\"]"),
}};

void finish_eligibility(const TableReader& reader, StrategyEligibility& eligibility, const Scope&) {
  if (reader.sound() && !eligibility.gmfcs && !eligibility.motor_type && !eligibility.topography)
    reader.problems().add(reader.place(), "the eligibility says nothing", "every child meets it", "remove it");
}

}  // namespace

const SectionSpec rehabilitation_section = section<Rehabilitation, finish_rehabilitation>(
    "rehabilitation", "rehabilitation",
    "Blocks of active therapy. What counts is the hours above usual care, "
    "`rehabilitation.usual_hours` of the evidence, which uncertain parameters draw; fewer hours are a loss beyond the "
    "evidence.",
    rehabilitation_keys);

const SectionSpec procedure_use_section = section<ProcedureUse, finish_procedure>(
    "procedure", "strategy.procedure", "A treatment without cells, as the strategy gives it.", procedure_keys);

const SectionSpec strategy_eligibility_section = section<StrategyEligibility, finish_eligibility>(
    "eligibility", "strategy.eligibility",
    "Who may receive the strategy, by what is true at baseline. Every condition that is left out is met by everybody.",
    eligibility_keys);

void read_rehabilitation(const KeyAt& at, std::vector<Rehabilitation>& blocks) {
  if (!at.value().is_table()) {
    read_list(at, blocks, rehabilitation_section);
    return;
  }
  const TableReader table(at.value(), rehabilitation_section, at.problems());
  fill(table, blocks.emplace_back(), at.scope);
}

}  // namespace vcohort
