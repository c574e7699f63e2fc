#include <array>

#include "engine/study/policy_names.hpp"
#include "io/study/policy_sections.hpp"

namespace vcohort {

namespace {

constexpr double most_money = 1e12;
constexpr double longest_delay = 240;

constexpr std::array<KeySpec, 5> keys = {{
    {.name = "cost_fixed",
     .type = KeyType::number,
     .unit = "currency",
     .required = true,
     .range = {0, most_money},
     .meaning = "What running the trial costs however many children it has.",
     .example = "400_000"},
    {.name = "cost_per_patient",
     .type = KeyType::number,
     .unit = "currency",
     .required = true,
     .range = {0, most_money},
     .meaning = "What running it costs for each child: recruitment, visits, monitoring. The strategies themselves are "
                "priced by [policy].",
     .example = "6_000"},
    {.name = "source",
     .required = true,
     .meaning = "Where these costs come from.",
     .example = "\"budget of the grant\""},
    {.name = "delay_months",
     .type = KeyType::number,
     .unit = "months",
     .fallback = "0",
     .range = {0, longest_delay},
     .meaning = "Set-up and reporting, added to accrual and follow-up: children who decide before the end of all four "
                "gain nothing from the trial.",
     .example = "12"},
    {.name = "method",
     .fallback = "\"regression\"",
     .choices = research_method_names,
     .meaning = "How the net benefit after a trial is found: `regression` on the estimates of simulated trials, or "
                "`reweighting` of the draws by the likelihood of each estimate, to check it by.",
     .example = "\"reweighting\""},
}};

}  // namespace

const SectionSpec policy_research_section = {
    .name = "research",
    .heading = "[policy.research]",
    .meaning =
        "Asks whether the trial of [trial] is worth its cost, and at which of its sample sizes: one trial is "
        "simulated under every parameter draw. Its arms are strategies of the study; population is required.",
    .keys = keys};

void read_policy_research(const TableReader& reader, const Study& study, PolicyQuestion& question) {
  const TomlEntry* entry = reader.entry("research");
  if (!entry) return;
  const TableReader table(entry->value, policy_research_section, reader.problems());
  if (!entry->value.is_table()) return;
  ResearchQuestion research;
  research.cost_fixed = table.number("cost_fixed").value_or(0);
  research.cost_per_patient = table.number("cost_per_patient").value_or(0);
  research.source = table.text("source").value_or("");
  research.delay_months = table.number("delay_months").value_or(0);
  research.method = static_cast<ResearchMethod>(table.choice("method").value_or(0));
  if (!study.trial || study.trial->arms.empty())
    reader.refuse("research", "[policy.research] has no trial", "the study has no [trial] with arms", "add it");
  if (study.data_model)
    reader.refuse("research", "[policy.research] asks about a trial of a data model",
                  "its arms are none of the strategies of [policy]", "remove [data_model]");
  if (!reader.has("population"))
    reader.refuse("research", "\"population\" is missing", "what a trial is worth depends on whom its result serves",
                  "write population = { per_year = 500, uptake = 0.4, years = 10 }");
  question.research = research;
}

}  // namespace vcohort
