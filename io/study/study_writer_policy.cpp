#include <fmt/format.h>

#include "io/study/toml_writing.hpp"

namespace vcohort {

namespace {

const std::string& name_at(const Study& study, int strategy) {
  return study.strategies.at(static_cast<std::size_t>(strategy)).name;
}

void write_budget(const Study& study, const BudgetQuestion& budget, std::string& text) {
  const auto mix = [&](const MixShare& share) {
    return fmt::format("{} = {}", toml_text(name_at(study, share.strategy)), number_text(share.share));
  };
  const auto mix_text = [&](const std::vector<MixShare>& shares) {
    std::string inside;
    for (const MixShare& share : shares) inside += (inside.empty() ? "" : ", ") + mix(share);
    return "{ " + inside + " }";
  };
  text += fmt::format(
      "\n[policy.budget]\nyears = {}\nbirths_per_year = {}\nprevalence_per_1000 = {}\neligible_share = {}\n"
      "age_years = [{}, {}]\nuptake = {}\nbefore = {}\nafter = {}\n",
      budget.years, number_text(budget.births_per_year), number_text(budget.prevalence_per_1000),
      number_text(budget.eligible_share), number_text(budget.from_age_years), number_text(budget.to_age_years),
      number_list(budget.uptake), mix_text(budget.before), mix_text(budget.after));
  if (budget.backlog) text += fmt::format("backlog = {}\n", number_text(*budget.backlog));
  if (!budget.capacity.empty()) text += fmt::format("capacity = {}\n", number_list(budget.capacity));
  if (budget.retreat_after_years)
    text += fmt::format("retreatment = [{}, {}]\n", number_text(*budget.retreat_after_years),
                        number_text(budget.retreat_share));
}

void write_research(const ResearchQuestion& research, std::string& text) {
  text += fmt::format(
      "\n[policy.research]\ncost_fixed = {}\ncost_per_patient = {}\nsource = {}\ndelay_months = {}\nmethod = \"{}\"\n",
      number_text(research.cost_fixed), number_text(research.cost_per_patient), toml_text(research.source),
      number_text(research.delay_months), name_of(research.method));
}

void write_cost(const Study& study, const StrategyCost& cost, std::string& text) {
  text += fmt::format("\n[[policy.cost]]\nstrategy = {}\n", toml_text(name_at(study, cost.strategy)));
  const auto number = [&](std::string_view key, const std::optional<double>& value) {
    if (value) text += fmt::format("{} = {}\n", key, number_text(*value));
  };
  number("cost_per_infusion", cost.per_infusion);
  number("cost_once", cost.once);
  number("cost_per_visit", cost.per_visit);
  number("visits_per_infusion", cost.visits_per_infusion);
  text += fmt::format("source = {}\n", toml_text(cost.source));
}

}  // namespace

void write_policy(const Study& study, std::string& text) {
  const PolicyQuestion& question = *study.policy;
  text += fmt::format(
      "\n[policy]\nreference = {}\nparameter_draws = {}\npatients_per_draw = {}\nhorizon_years = {}\n"
      "discount = {{ costs = {}, effects = {} }}\ntiming = \"{}\"\ncurrency = {}\nprice_year = {}\n",
      toml_text(name_at(study, question.reference)), question.parameter_draws, question.patients_per_draw,
      number_text(question.horizon_years), number_text(question.discount_costs), number_text(question.discount_effects),
      name_of(question.timing), toml_text(question.currency), question.price_year);
  if (question.exchange_rate)
    text += fmt::format("exchange_rate = {{ factor = {}, source = {} }}\n", number_text(*question.exchange_rate),
                        toml_text(question.exchange_source));
  text += fmt::format("perspective = \"{}\"\nutility = \"{}\"\neffect = \"{}\"\n", name_of(question.perspective),
                      name_of(question.utility), name_of(question.effect));
  if (question.effect != PolicyEffect::qaly)
    text += fmt::format("visit_months = {}\n", number_text(question.visit_months));
  if (question.extrapolation != Extrapolation::model) {
    text += fmt::format("extrapolation = {{ after_months = {}, rule = \"{}\"",
                        number_text(question.extrapolate_after_months), name_of(question.extrapolation));
    if (question.extrapolation == Extrapolation::wane)
      text += fmt::format(", half_life_months = {}", number_text(question.half_life_months));
    text += " }\n";
  }
  text += fmt::format("care_follows_motor = {}\nprices = \"{}\"\nwillingness_to_pay = {}\nthresholds = {}\n",
                      truth(question.care_follows_motor), question.uncertain_prices ? "uncertain" : "fixed",
                      question.willingness_values.empty()
                          ? fmt::format("{{ from = {}, to = {}, step = {} }}", number_text(question.willingness_from),
                                        number_text(question.willingness_to), number_text(question.willingness_step))
                          : number_list(question.willingness_values),
                      number_list(question.thresholds));
  if (question.population)
    text += fmt::format("population = {{ per_year = {}, uptake = {}, years = {} }}\n",
                        number_text(question.population->per_year), number_text(question.population->uptake),
                        number_text(question.population->years));
  if (question.research) write_research(*question.research, text);
  if (!question.evppi.empty()) text += "\n[policy.evppi]\n";
  for (const EvppiGroup& group : question.evppi)
    text += fmt::format("{} = {}\n", toml_text(group.name), text_list(group.parameters));
  if (question.sensitivity) write_sensitivity(*question.sensitivity, text);
  if (question.budget) write_budget(study, *question.budget, text);
  for (const StrategyCost& cost : question.costs) write_cost(study, cost, text);
}

}  // namespace vcohort
