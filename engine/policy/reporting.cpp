#include <fmt/format.h>

#include <map>

#include "engine/evidence/registry.hpp"
#include "engine/numeric/columns.hpp"
#include "engine/policy/deliver.hpp"
#include "engine/study/beside_words.hpp"

namespace vcohort {

namespace {

std::string ages_of(const Population& population) {
  const Distribution& age = population.age_years;
  using Kind = Distribution::Kind;
  switch (age.kind) {
    case Kind::fixed:
      return fmt::format("age {:g} years", age.value);
    case Kind::normal:
      return fmt::format("age normal, mean {:g}, SD {:g}, {:g} to {:g} years", age.mean, age.sd, age.low, age.high);
    case Kind::lognormal:
      return fmt::format("age log-normal, median {:g}, {:g} to {:g} years", age.median, age.low, age.high);
    case Kind::uniform:
    case Kind::triangular:
      return fmt::format("age {}, {:g} to {:g} years", name_of(age.kind), age.low, age.high);
    case Kind::bands:
      return fmt::format("age in {} bands, {:g} to {:g} years", age.bands.size(), age.bands.front().low,
                         age.bands.back().high);
  }
  return "";
}

std::string population_of(const Study& study) {
  std::string text = "Children with cerebral palsy; " + ages_of(study.population) + "; GMFCS";
  for (int level = 0; level < gmfcs_levels; ++level)
    text += fmt::format("{} {} {:.1f} %", level == 0 ? "" : ",", gmfcs_name(level),
                        100 * study.population.gmfcs[static_cast<std::size_t>(level)]);
  const Eligibility& eligibility = study.population.eligibility;
  if (eligibility.age_years)
    text += fmt::format("; eligible from {:g} to {:g} years", eligibility.age_years->low, eligibility.age_years->high);
  if (eligibility.gmfcs) {
    text += "; eligible levels";
    for (int level = 0; level < gmfcs_levels; ++level)
      if ((*eligibility.gmfcs)[static_cast<std::size_t>(level)]) text += fmt::format(" {}", gmfcs_name(level));
  }
  if (eligibility.gmfm66)
    text += fmt::format("; eligible GMFM-66 from {:g} to {:g}", eligibility.gmfm66->low, eligibility.gmfm66->high);
  if (eligibility.gmfm88)
    text += fmt::format("; eligible GMFM-88 from {:g} to {:g}", eligibility.gmfm88->low, eligibility.gmfm88->high);
  const auto kinds = [&](const char* what, const auto& allowed, auto category) {
    if (!allowed) return;
    text += fmt::format("; eligible {}", what);
    for (std::size_t k = 0; k < allowed->size(); ++k)
      if ((*allowed)[k]) text += fmt::format(" {}", name_of(static_cast<decltype(category)>(k)));
  };
  kinds("motor types", eligibility.motor_type, MotorType{});
  kinds("topographies", eligibility.topography, Topography{});
  return text;
}

std::string regimen_of(const Strategy& strategy) {
  if (strategy.choice)
    return fmt::format("{}: \"{}\" where {} (measured with an error of SD {:g}) is at least {:g}, else \"{}\"",
                       strategy.name, strategy.choice->options[0].name, name_of(strategy.choice->marker),
                       strategy.choice->error_sd, strategy.choice->threshold, strategy.choice->options[1].name);
  const std::string beside = beside_cells_in_words(strategy);
  if (!strategy.cells) return strategy.name + ": " + (beside.empty() ? "usual care" : beside);
  const Regimen& r = strategy.regimen;
  std::string text = fmt::format("{}: {} {} by the {} route, dose {:g} ({}), {} x {} infusions", strategy.name,
                                 name_of(strategy.source), name_of(strategy.cell), name_of(strategy.route), r.dose,
                                 name_of(r.dose_unit), r.courses, r.infusions);
  if (r.infusions > 1) text += fmt::format(" every {:g} days", r.interval_days);
  if (r.start_months > 0) text += fmt::format(", from {:g} months after baseline on", r.start_months);
  if (r.tolerance != Regimen::Tolerance::ignore)
    text += fmt::format(", {} after a related event of grade 2 or more", name_of(r.tolerance));
  return beside.empty() ? text : text + "; " + beside;
}

std::string law_of(const Parameter& p) {
  const Uncertainty& law = p.uncertainty;
  using Kind = Uncertainty::Kind;
  std::string text;
  switch (law.kind) {
    case Kind::fixed:
      return "fixed";
    case Kind::normal:
      text = fmt::format("normal, SD {:g}", law.sd);
      break;
    case Kind::lognormal:
      text = fmt::format("log-normal, sigma {:g}", law.sigma);
      break;
    case Kind::beta:
      text = fmt::format("beta({:g}, {:g})", law.a, law.b);
      break;
    case Kind::uniform:
      text = "uniform";
      break;
    case Kind::triangular:
      text = fmt::format("triangular, mode {:g}", law.mode);
      break;
    case Kind::bernoulli:
      text = fmt::format("Bernoulli({:g})", law.probability);
      break;
  }
  if (law.low) text += fmt::format(", from {:g}", *law.low);
  if (law.high) text += fmt::format(", to {:g}", *law.high);
  return text;
}

std::string extrapolation_of(const PolicyQuestion& question) {
  const std::string after = fmt::format("{:g} months after the last infusion", question.extrapolate_after_months);
  switch (question.extrapolation) {
    case Extrapolation::model:
      return "the effect wanes with the time constant of the evidence (waning.motor) throughout; nobody observed it "
             "beyond 24 months";
    case Extrapolation::wane:
      return fmt::format("from {} on the effect halves every {:g} months: an assumption", after,
                         question.half_life_months);
    case Extrapolation::hold:
      return "from " + after + " on the effect stays as it is: an assumption";
    case Extrapolation::stop:
      return "from " + after + " on there is no effect: an assumption";
  }
  return "";
}

std::string strengths_of(const Evidence& evidence) {
  std::map<std::string, int> count;
  for (const Parameter& parameter : evidence.parameters) ++count[name_of(parameter.strength)];
  std::string text;
  for (const char* strength : {"found", "derived", "recalled", "assumed"})
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count[strength], strength);
  return text;
}

}  // namespace

Table deliver_reporting(const Policy& policy) {
  const PolicyQuestion& q = policy.question();
  const Study& study = policy.study();
  const Evidence& evidence = policy.evidence();
  struct Row {
    std::string item, text;
  };
  std::vector<Row> rows;
  const auto tell = [&](std::string item, std::string text) { rows.push_back({std::move(item), std::move(text)}); };
  const bool societal = q.perspective == Perspective::societal;
  tell("title", study.title);
  tell("evidence", evidence.name + ": " + evidence.title);
  tell("population", population_of(study));
  for (const Stratification& strata : study.stratifications)
    for (const StratumDimension& dimension : strata.dimensions)
      tell("subgroups", fmt::format("{}: {}", strata.name, fmt::join(dimension.names, ", ")));
  tell("setting", fmt::format("{} perspective; {} of {}", name_of(q.perspective), q.currency, q.price_year));
  for (const Strategy& strategy : study.strategies) tell("comparators", regimen_of(strategy));
  tell("comparators", "reference: " + study.strategies[static_cast<std::size_t>(q.reference)].name);
  tell("perspective", societal ? "societal: health system, and travel, carers' days and informal care of the families"
                               : "health system: product, procedure, visits, adverse events and care");
  tell("time horizon", fmt::format("{:g} years from baseline", q.horizon_years));
  tell("discount rate",
       fmt::format("{:g} % per year for costs, {:g} % for effects; yearly cycles, flows counted at: {}; "
                   "infusions and adverse events when they happen",
                   100 * q.discount_costs, 100 * q.discount_effects, name_of(q.timing)));
  switch (q.effect) {
    case PolicyEffect::qaly:
      tell("outcomes", fmt::format("QALYs: utility by GMFCS level plus a slope per GMFM-66 point gained ({} set), less "
                                   "that of related adverse events while they last, weighted by survival",
                                   name_of(q.utility)));
      break;
    case PolicyEffect::gmfm66:
      tell("outcomes", fmt::format("latent GMFM-66 at {:g} months, not discounted", q.visit_months));
      break;
    case PolicyEffect::responder:
      tell("outcomes", fmt::format("share above its twin without cells by the MCID of its level at {:g} months, not "
                                   "discounted",
                                   q.visit_months));
      break;
  }
  tell("currency, price date and conversion",
       fmt::format("{} of {}{}", q.currency, q.price_year,
                   q.exchange_rate ? fmt::format("; evidence in {} of {} times {:g} ({})", evidence.currency,
                                                 evidence.price_year, *q.exchange_rate, q.exchange_source)
                                   : ""));
  tell("rationale and description of model",
       "individual simulation of twins: the same virtual child under every strategy; growth of motor function without "
       "cells, exposure and effect of cells, adverse events and tolerance; survival as a weight (docs/model.md)");
  tell("assumptions", "extrapolation: " + extrapolation_of(q));
  tell("assumptions", "cells change neither survival nor the background rate of adverse events");
  tell("assumptions", q.care_follows_motor ? "the cost of care falls with motor function (cost.care_change)"
                                           : "the cost of care depends on the level at baseline alone");
  tell(
      "assumptions",
      "a gain of a GMFM-66 point moves utility as the difference between children does; only points that the score can "
      "gain count: near the end of the scale an effect shrinks to the room that is left");
  tell("assumptions", "background adverse events are inside the cost and the utility of the level");
  for (const StrategyCost& cost : q.costs)
    tell("assumptions", fmt::format("own costs of {}: {}",
                                    study.strategies[static_cast<std::size_t>(cost.strategy)].name, cost.source));
  for (const Override& replaced : study.overrides)
    tell("assumptions", fmt::format("{} = {:g}: {}", replaced.parameter, replaced.value, replaced.source));
  tell("characterising uncertainty",
       fmt::format("probabilistic: {} draws of the parameters, {} patients each; the noise of patients is taken out of "
                   "decision uncertainty (between-minus-within); prices are {}",
                   q.parameter_draws, q.patients_per_draw, q.uncertain_prices ? "drawn" : "held at their value"));
  tell("characterising heterogeneity", "decision by stratum and GMFCS level, equity table, value of individual care");
  tell("strength of evidence", strengths_of(evidence));
  for (const Parameter& p : evidence.parameters)
    tell("parameter " + p.name,
         fmt::format("{:g} {}; {}; {}; {}", p.value, p.unit, law_of(p), name_of(p.strength), p.source));
  tell("effect of engagement, funding, conflicts of interest", "not known to the program");
  Table table{"/policy/cheers",
              "What a report of an economic evaluation tells, in the order of CHEERS 2022, out of study and evidence. "
              "It makes no claim of compliance: what only a person can say is not here",
              {}};
  const Columns column(table, rows);
  column("scenario", "", "stance of the evidence", policy.scenario());
  column("item", "", "what is told", &Row::item);
  column("text", "", "as the run did it", &Row::text);
  return table;
}

}  // namespace vcohort
