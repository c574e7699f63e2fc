#include <fmt/format.h>

#include <algorithm>

#include "engine/study/trial_methods.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/study/word.hpp"
#include "io/study/toml_writing.hpp"

namespace vcohort {

namespace {

using Method = Randomisation::Method;

std::string per_arm(const std::vector<Arm>& arms, const std::vector<double>& numbers) {
  std::string text;
  for (std::size_t index = 0; index < arms.size(); ++index) {
    text += fmt::format("{}{} = {}", text.empty() ? "{ " : ", ", toml_text(arms[index].name),
                        number_text(numbers.at(index)));
  }
  return text + " }";
}

std::string arm_text(const Arm& arm) {
  std::string text = fmt::format("{{ strategy = {}, ratio = {}", toml_text(arm.name), arm.ratio);
  if (arm.crossover_to) {
    text += fmt::format(", crossover_to = {}, crossover_months = {}", toml_text(*arm.crossover_to),
                        number_text(arm.crossover_months));
  }
  return text + " }";
}

std::string event_text(const IntercurrentEvent& event, const std::vector<Arm>& arms) {
  using Kind = IntercurrentEvent::Kind;
  std::string text = fmt::format("{{ event = \"{}\"", name_of(event.kind));
  if (!event.arm_share.empty()) {
    text += ", arms = " + per_arm(arms, event.arm_share);
  } else if (event.kind != Kind::adverse_event) {
    text += ", share = " + number_text(event.share);
  }
  if (event.kind == Kind::rescue) text += ", effect = " + number_text(event.effect);
  return text + fmt::format(", strategy = \"{}\" }}", name_of(event.strategy));
}

std::string randomisation_text(const Randomisation& randomisation) {
  std::string text = fmt::format("{{ method = \"{}\"", name_of(randomisation.method));
  if (randomisation.method == Method::permuted_block) text += fmt::format(", block = {}", randomisation.block);
  if (randomisation.method == Method::minimisation || randomisation.method == Method::biased_coin) {
    text += ", probability = " + number_text(randomisation.probability);
  }
  if (randomisation.method == Method::urn) {
    text += fmt::format(", urn_start = {}, urn_add = {}", randomisation.urn_start, randomisation.urn_add);
  }
  if (!randomisation.stratify.empty()) text += ", stratify = " + text_list(randomisation.stratify);
  if (!randomisation.age_cuts.empty()) text += ", age_cuts = " + number_list(randomisation.age_cuts);
  return text + " }";
}

std::string accrual_text(const Accrual& accrual) {
  std::string text;
  const bool one_rate = accrual.pieces.size() == 1;
  if (one_rate) {
    text = "{ per_month = " + number_text(accrual.pieces.front().per_month);
  } else {
    const auto piece_text = [](const Accrual::Piece& piece) {
      return fmt::format("[{}, {}]", number_text(piece.from_months), number_text(piece.per_month));
    };
    text = fmt::format("{{ {} = {}", accrual.linear ? "ramp" : "pieces", list_text(accrual.pieces, piece_text));
  }
  return text + fmt::format(", poisson = {} }}", truth(accrual.kind == Accrual::Kind::poisson));
}

std::string dropout_text(const Dropout& dropout, const std::vector<Arm>& arms) {
  std::string text = fmt::format("{{ months = {}, share = {}, mechanism = \"{}\"", number_list(dropout.months),
                                 number_list(dropout.share), name_of(dropout.mechanism));
  if (dropout.mechanism != Dropout::Mechanism::mcar)
    text += ", odds_ratio_per_sd = " + number_text(dropout.odds_ratio_per_sd);
  if (!dropout.arm_odds_ratio.empty()) text += ", arms = " + per_arm(arms, dropout.arm_odds_ratio);
  return text + " }";
}

void write_simulation(const Study& study, std::string& text) {
  const TrialQuestion& trial = *study.trial;
  text += "arms = " + list_text(trial.arms, arm_text) + "\n";
  text += fmt::format("reference = {}\n", toml_text(trial.arms.at(static_cast<std::size_t>(trial.reference)).name));
  text += fmt::format("sample_size = {}\n",
                      list_text(trial.sample_size, [](std::int64_t size) { return number_text(size); }));
  text += fmt::format("replicates = {}\n", trial.replicates);
  if (trial.power_mcse) text += fmt::format("power_mcse = {}\n", number_text(*trial.power_mcse));
  text += "randomisation = " + randomisation_text(trial.randomisation) + "\n";
  if (!trial.accrual.pieces.empty()) text += "accrual = " + accrual_text(trial.accrual) + "\n";
  if (trial.dropout) text += "dropout = " + dropout_text(*trial.dropout, trial.arms) + "\n";
  if (!trial.intercurrent.empty()) {
    const auto write = [&](const IntercurrentEvent& event) { return event_text(event, trial.arms); };
    text += "intercurrent = " + list_text(trial.intercurrent, write) + "\n";
  }
  if (!study.data_model) {
    text += fmt::format("visit_window_days = {}\nopen_label_inflation = {}\n", number_text(trial.visit_window_days),
                        number_text(trial.open_label_inflation));
  }
  text += fmt::format("estimand = {{ summary = \"{}\" }}\n", trial.estimand_summary);
  if (trial.save_replicates) text += fmt::format("save_replicates = {}\n", truth(*trial.save_replicates));
}

/// The keys that the method has a use for; it refuses the others.
void write_analysis(const AnalysisPlan& plan, bool simulated, std::string& text) {
  const TrialMethod& method = *find_trial_method(plan.method);
  text += "endpoint = " + toml_text(plan.endpoint) + "\n";
  if (simulated) text += fmt::format("visit_months = {}\n", number_text(plan.visit_months));
  if (!plan.visit.empty()) text += "visit = " + toml_text(plan.visit) + "\n";
  text += "analysis = " + toml_text(plan.method) + "\n";
  if (!plan.adjust.empty()) text += "adjust = " + text_list(plan.adjust) + "\n";
  if (!plan.adjust_by_visit.empty()) text += "adjust_by_visit = " + text_list(plan.adjust_by_visit) + "\n";
  if (!plan.stratify.empty()) text += "stratify = " + text_list(plan.stratify) + "\n";
  if (method.repeated) {
    text += "covariance = " + toml_text(plan.covariance) + "\n";
    if (!plan.fallback.empty()) text += "fallback = " + text_list(plan.fallback) + "\n";
    text += fmt::format("covariance_by_arm = {}\ndf = {}\n", truth(plan.covariance_by_arm), toml_text(plan.df));
  }
  if (method.change_from_baseline) text += fmt::format("change_from_baseline = {}\n", truth(plan.change_from_baseline));
  text += fmt::format("hypothesis = \"{}\"\n", name_of(plan.hypothesis));
  if (method.margin) text += "margin = " + number_text(plan.margin) + "\n";
  if (plan.responder_threshold > 0) text += "responder_threshold = " + number_text(plan.responder_threshold) + "\n";
  if (method.bayes) {
    if (plan.prior_sd > 0) {
      text += fmt::format("prior_mean = {}\nprior_sd = {}\n", number_text(plan.prior_mean), number_text(plan.prior_sd));
    }
    text += "posterior_probability = " + number_text(plan.posterior_probability) + "\n";
  }
}

}  // namespace

void write_data_model(const DataModel& model, std::string& text) {
  using Kind = OutcomeKind;
  text += fmt::format("\n[data_model]\nkind = \"{}\"\n", word(data_model_names, model.kind));
  if (!model.visits_months.empty()) text += "visits_months = " + number_list(model.visits_months) + "\n";
  if (!model.correlation.empty()) text += "correlation = " + list_text(model.correlation, number_list) + "\n";
  if (model.follow_up_months > 0) text += "follow_up_months = " + number_text(model.follow_up_months) + "\n";
  for (const DataModel::DataArm& arm : model.arms) {
    text += fmt::format("\n[data_model.arms.{}]\n", toml_text(arm.name));
    switch (model.kind) {
      case Kind::score:
        text += fmt::format("mean = {}\nsd = {}\neffect_sd = {}\n", number_list(arm.mean), number_list(arm.sd),
                            number_text(arm.effect_sd));
        break;
      case Kind::binary:
      case Kind::ordinal:
        text += "share = " + number_list(arm.share) + "\n";
        break;
      case Kind::survival:
        text += fmt::format("hazard = {}\nhazard_from_months = {}\n", number_list(arm.hazard),
                            number_list(arm.hazard_from_months));
        break;
      case Kind::count:
        text += fmt::format("rate = {}\ndispersion = {}\n", number_text(arm.rate), number_text(arm.dispersion));
        break;
    }
  }
}

void write_data(const DataColumns& data, std::string& text) {
  text += fmt::format("\n[data]\npatient = {}\narm = {}\nreference = {}\n", toml_text(data.patient),
                      toml_text(data.arm), toml_text(data.reference));
  if (!data.visit.empty()) text += "visit = " + toml_text(data.visit) + "\n";
  text += "value = " + toml_text(data.value) + "\n";
  if (!data.baseline.empty()) text += "baseline = " + toml_text(data.baseline) + "\n";
  if (!data.categorical.empty()) text += "categorical = " + text_list(data.categorical) + "\n";
}

void write_trial(const Study& study, std::string& text) {
  const TrialQuestion& trial = *study.trial;
  const bool simulated = !trial.arms.empty();
  text += "\n[trial]\n";
  if (simulated) write_simulation(study, text);
  text += fmt::format("alpha = {}\nsides = {}\n", number_text(trial.alpha), trial.sides);
  for (std::size_t index = 0; index < trial.analyses.size(); ++index) {
    const AnalysisPlan& plan = trial.analyses[index];
    text +=
        index == 0 ? "\n[trial.primary]\n" : fmt::format("\n[[trial.secondary]]\nname = {}\n", toml_text(plan.name));
    write_analysis(plan, simulated, text);
  }
}

}  // namespace vcohort
