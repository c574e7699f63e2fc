#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/analysis/methods.hpp"
#include "engine/analysis/power_formulas.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/study/trial_names.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

using Kind = UnitDesign::Kind;
using Units = analysis::Method::Units;

constexpr double largest_cluster = 10'000;
constexpr double largest_cv = 2;
constexpr double most_values = 1e7;  // of one trial: some 900 MiB in every thread

Use cluster_use(const KeySpec& key, const UnitDesign& design, const Scope&) {
  if (!design.has_clusters()) return Use::none("patients are randomised, and not clusters of them");
  return key.name == "cluster_size" ? Use::required("clusters have patients") : Use{};
}

constexpr std::array<KeySpec, 3> keys = {{
    field<&UnitDesign::kind>(
        "kind", {.required = true, .decides = true},
        "`crossover`: patients, of whom each receives both arms, one in each of two periods, and is randomised to the "
        "first; the two visits of the data model are the ends of the periods. `cluster`: clusters of patients, under "
        "one arm each, seen at one visit. `stepped-wedge`: clusters that all begin under the reference, and cross over "
        "to the other arm for good, one group of clusters in each period after the first; the visits are the ends of "
        "the periods, and each sees other patients.",
        "\"cluster\""),
    field<&UnitDesign::cluster_size>(
        "cluster_size",
        {.unit = "patients", .range = {1, largest_cluster}, .no_default = true, .use = rule<cluster_use>},
        "Of a cluster, at each visit: those who are analysed, so that losses are taken off before. Required with "
        "clusters.",
        "20"),
    field<&UnitDesign::cluster_size_cv>("cluster_size_cv",
                                        {.range = {0, largest_cv}, .quiet = true, .use = rule<cluster_use>},
                                        "Coefficient of variation of the cluster sizes: they are gamma distributed "
                                        "with the mean `cluster_size`, rounded, "
                                        "and at least 1.",
                                        "0.4"),
}};

void finish_design(const TableReader&, UnitDesign& design, const Scope& scope) {
  if (design.kind == Kind::stepped_wedge)
    design.groups = std::max(2, static_cast<int>(scope.trial->visits_months.size()) - 1);
}

/// What is refused beside a design.
class Check {
 public:
  Check(const KeyAt& at, const TrialQuestion& trial)
      : at_(at), trial_(trial), design_(*trial.design), model_(at.scope.trial->model) {}

  void run() {
    if (!model_) {
      refuse("the disease model has no " + std::string(word()), "its children are randomised one by one",
             "state the outcome in [data_model], or remove \"design\"");
      return;
    }
    kind();
    visits();
    arms();
    combinations();
    if (design_.has_clusters()) memory();
  }

 private:
  std::string_view word() const { return design_.has_clusters() ? "clusters" : "crossover"; }
  void refuse(const std::string& problem, const std::string& why, const std::string& what_to_do) const {
    at_.problems().add(at_.entry().place, problem, why, what_to_do);
  }

  void kind() const {
    if (!model_->endpoints.empty())
      return refuse("several endpoints cannot be combined with this design", "one outcome is drawn for its units",
                    "keep one of [data_model.endpoints], or remove \"design\"");
    const OutcomeKind kind = model_->kind;
    if (kind != OutcomeKind::score && kind != OutcomeKind::binary)
      refuse(fmt::format("a trial of this design has a normal or a binary outcome, and not {}", name_of(kind)),
             "the correlation within a unit is drawn for these two", "use another kind, or remove \"design\"");
    const bool icc = model_->intracluster_correlation.has_value();
    if (!model_->covariates.empty())
      refuse("covariates cannot be combined with this design", "they are drawn for patients who are randomised one by one",
             "remove the covariates and sites of [data_model]");
    if (design_.has_clusters() && !icc)
      refuse("clusters have no intracluster correlation", "it decides the power",
             "write intracluster_correlation = 0.05 in [data_model], for instance");
  }

  void visits() const {
    const std::vector<double>& all = model_->visits_months;
    if (all.empty()) return;  // refused before
    if (all.front() == 0)
      refuse("a trial of this design has no baseline", "the data model has a visit at 0 months",
             "remove it; a baseline of clusters is not modelled");
    const std::size_t visits = at_.scope.trial->visits_months.size();
    if (design_.kind == Kind::crossover && visits != 2)
      refuse("a crossover has two periods", fmt::format("the data model has {} visits after baseline", visits),
             "write visits_months = [1, 3], for instance: the end of each period");
    if (design_.kind == Kind::cluster && visits != 1)
      refuse("clusters are seen at one visit", fmt::format("the data model has {}", visits),
             "keep the primary one, or choose kind = \"stepped-wedge\"");
    if (design_.kind == Kind::stepped_wedge && visits < 3)
      refuse("a stepped wedge has at least three periods", fmt::format("the data model has {} visits", visits),
             "write visits_months = [3, 6, 9], for instance: the end of each period; with two all clusters would cross "
             "over at once");
    if (design_.has_clusters() && correlates())
      refuse("the correlation of the visits has no effect", "each visit sees other patients of the clusters",
             "remove it from [data_model]; patients of a cluster have cluster_autocorrelation");
    if (design_.kind == Kind::stepped_wedge) one_effect();
  }

  bool correlates() const {
    for (std::size_t v = 0; v < model_->correlation.size(); ++v)
      for (std::size_t w = 0; w < v; ++w)
        if (model_->correlation[v][w] != 0) return true;
    return false;
  }

  /// The mean over the periods is what is estimated only where it is the same in all.
  void one_effect() const {
    if (trial_.arms.size() != 2 || model_->kind != OutcomeKind::score) return;
    const auto& a = model_->arms.at(static_cast<std::size_t>(trial_.arms[0].strategy)).mean;
    const auto& b = model_->arms.at(static_cast<std::size_t>(trial_.arms[1].strategy)).mean;
    constexpr double rounding = 1e-9;
    for (std::size_t v = 1; v < a.size() && v < b.size(); ++v)
      if (std::fabs((b[v] - a[v]) - (b[0] - a[0])) > rounding * (1 + std::fabs(b[0] - a[0])))
        return refuse("a stepped wedge has one effect", "the difference of the arms changes from visit to visit",
                      "write `difference = 2`, for instance, in the second arm");
  }

  void arms() const {
    if (trial_.arms.size() == 1)
      refuse("one arm is not randomised", "there is nothing else that a unit could receive", "add an arm");
    else if (design_.kind != Kind::cluster && trial_.arms.size() > 2)
      refuse(fmt::format("this design has two arms, and here are {}", trial_.arms.size()),
             "each unit goes from one to the other", "remove arms");
    if (design_.kind == Kind::cluster) return;
    for (const Arm& arm : trial_.arms)
      if (arm.ratio != 1)
        return refuse("a ratio of the arms says nothing here", "each unit receives both", "remove the ratios");
  }

  void combinations() const {
    const std::string why = "it is not modelled for clusters";
    if (!trial_.intercurrent.empty())
      refuse("intercurrent events cannot be combined with this design", "they belong to patients under one arm",
             "state what they do to the means of the arms, and remove \"intercurrent\"");
    if (!design_.has_clusters()) return;
    if (trial_.dropout)
      refuse("drop-out cannot be combined with clusters", why,
             "write the number of patients who are analysed in \"cluster_size\", and remove \"dropout\"");
    if (trial_.looks) refuse("looks cannot be combined with clusters", why, "remove [trial.looks]");
    if (trial_.final) refuse("a day that ends the trial cannot be combined with clusters", why, "remove \"final\"");
    if (design_.kind == Kind::stepped_wedge && !trial_.accrual.pieces.empty())
      refuse("accrual cannot be combined with a stepped wedge", "all clusters take part from the first period on",
             "remove \"accrual\"");
  }

  void memory() const {
    const double visits = static_cast<double>(std::max<std::size_t>(1, at_.scope.trial->visits_months.size()));
    constexpr double spread = 4;  // standard deviations of a large cluster
    const double largest = design_.cluster_size * (1 + spread * design_.cluster_size_cv);
    if (trial_.sample_size.empty() || static_cast<double>(trial_.sample_size.back()) * visits * largest <= most_values)
      return;
    refuse(fmt::format("a trial of {} clusters does not fit", trial_.sample_size.back()),
           fmt::format("more than {:.0e} values are not held in memory", most_values),
           "\"sample_size\" counts clusters: ask for fewer, or for smaller ones");
  }

  const KeyAt& at_;
  const TrialQuestion& trial_;
  const UnitDesign& design_;
  const DataModel* model_;
};

std::vector<std::string_view> methods_of(Units units) {
  std::vector<std::string_view> names;
  for (const analysis::Method& method : analysis::methods)
    if (method.units == units) names.push_back(method.name);
  return names;
}

/// The level at which a test of patients rejects a true null hypothesis when clusters were randomised, in large trials.
std::string inflated_level(const TrialQuestion& trial, const DataModel& model) {
  const UnitDesign& design = *trial.design;
  const double effect =
      analysis::design_effect(design.cluster_size, design.cluster_size_cv, model.intracluster_correlation.value_or(0));
  const double z = normal_quantile(1 - trial.alpha / trial.sides);
  return fmt::format("{:.2g} instead of {:g}, by the design effect of {:.3g}",
                     trial.sides * normal_cdf(-z / std::sqrt(effect)), trial.alpha, effect);
}

}  // namespace

const SectionSpec design_section = section<UnitDesign, finish_design>(
    "design", "trial.design",
    "What is randomised where it is not each patient to one arm. Sample sizes, ratios, blocks and accrual then count "
    "units: patients of a crossover, clusters of the others.",
    keys);

void check_design(const KeyAt& at, const TrialQuestion& trial) {
  Check(at, trial).run();
}

void check_correlation_of_units(const TableReader& table, const TrialQuestion& trial, const DataModel* model) {
  if (!model) return;
  const bool clusters = trial.design && trial.design->has_clusters();
  const bool crossover = trial.design && trial.design->kind == Kind::crossover;
  const auto refuse = [&](std::string_view key, std::string_view why, std::string_view what_to_do) {
    table.problems().add(table.place(), fmt::format("[data_model] has \"{}\", which has no effect", key), why,
                         what_to_do);
  };
  if (model->intracluster_correlation && !clusters)
    refuse("intracluster_correlation", "the trial has no clusters",
           "remove it, or write design = { kind = \"cluster\", cluster_size = 20 } in [trial]");
  if (model->cluster_autocorrelation != 1 && !(clusters && trial.design->kind == Kind::stepped_wedge))
    refuse("cluster_autocorrelation", "no cluster is seen in two periods", "remove it");
  const bool carried = std::any_of(model->arms.begin(), model->arms.end(),
                                   [](const DataModel::DataArm& arm) { return arm.carry_over != 0; });
  if (carried && !crossover)
    refuse("carry_over", "nobody crosses over", "remove it, or write design = { kind = \"crossover\" } in [trial]");
}

void check_units(const KeyAt& at, const analysis::Method& method) {
  const TrialFrame& frame = *at.scope.trial;
  const TrialQuestion& trial = trial_of(at.scope);
  const bool of_clusters = method.units == Units::clusters || method.units == Units::steps;
  if (frame.data) {
    if (of_clusters && frame.data->cluster.empty())
      at.refuse(fmt::format("{} needs clusters", method.name), "[data] has no cluster",
                "name the column of the cluster in data.cluster");
    if (!of_clusters && !frame.data->cluster.empty() && !frame.simulated)
      at.refuse(fmt::format("{} would ignore the clusters", method.name),
                "patients of a cluster are alike, and its standard errors would be too small",
                "use one of " + listed(methods_of(Units::clusters)) + ", or remove data.cluster");
    if ((method.units == Units::periods || method.units == Units::steps) && frame.data->visit.empty())
      at.refuse(fmt::format("{} compares periods", method.name), "[data] has no visit",
                "name the column of the period in data.visit");
  }
  if (!frame.simulated || method.units == analysis::randomised_units(trial)) return;
  const std::string instead = "use one of " + listed(methods_of(analysis::randomised_units(trial)));
  if (!trial.design)
    at.refuse(fmt::format("{} does not fit the design", method.name),
              "each patient is randomised to one arm, as there is no trial.design",
              fmt::format("write design = {{ kind = \"{}\"{} }}, or use another method",
                          method.units == Units::periods    ? "crossover"
                          : method.units == Units::clusters ? "cluster"
                                                            : "stepped-wedge",
                          of_clusters ? ", cluster_size = 20" : ""));
  else if (trial.design->has_clusters() && !of_clusters && frame.model)
    at.refuse(fmt::format("{} would ignore the clusters", method.name),
              trial.design->kind == Kind::cluster ? "its level would be about " + inflated_level(trial, *frame.model)
                                                  : "patients of a cluster are alike, and periods differ",
              instead);
  else
    at.refuse(fmt::format("{} does not fit the design", method.name),
              fmt::format("trial.design is {}", name_of(trial.design->kind)), instead);
}

}  // namespace vcohort
