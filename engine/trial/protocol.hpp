#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/analysis/methods.hpp"
#include "engine/evidence/evidence.hpp"
#include "engine/study/contrasts.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// Of the groups that cuts make: "below 50", "50 to below 60", "from 60 on"; none without cuts.
std::vector<std::string> names_of_groups(const std::vector<double>& cuts);

/// Whether a simulated trial is analysed by a hierarchy of its endpoints; one of a data file alone has columns.
inline bool is_hierarchical(const AnalysisPlan& plan) {
  return !plan.hierarchy.empty() && !plan.hierarchy.front().endpoint.empty();
}

/// A trial's protocol made ready: what is recorded, when, and which baseline variables anybody asks for. Made once per
/// question.
struct Protocol {
  TrialQuestion design;          // the reference arm first, then the others in the study's order
  std::vector<int> drawn_order;  // of the arms in the study's order, the place in `design.arms`: allocation is drawn so
  std::uint64_t seed = 0;
  bool uncertain_parameters = false;

  std::vector<double>
      visits_months;  // of any endpoint, after baseline, ascending; empty for times to events and counts
  std::vector<std::string> endpoints;  // slots: those of a data model, or what the analyses ask for
  std::vector<std::vector<std::size_t>>
      seen;                           // [slot]: at which of `visits_months`; empty for times to events and counts
  std::vector<bool> lower_is_better;  // [slot]
  std::vector<OutcomeKind> kind;      // [slot]
  /// Of the scale, or the first and last category, [slot]; infinite where a score of a data model has none.
  std::vector<double> minimum, maximum;
  std::vector<double> unit;           // steps in 1 of recorded values, see analysis::difference; 0: as drawn; [slot]
  std::vector<double> follow_up;      // of survival and count, else the last visit, [slot]
  double follow_up_months = 0;        // the longest of them
  std::vector<bool> has_baseline;     // a baseline value of the endpoint exists, [slot]
  std::vector<double> missing_share;  // of values after baseline, [slot]
  std::vector<bool> ends_follow_up;   // whether its event ends that of the others, [slot]
  std::vector<std::vector<std::size_t>> first_of;  // of which slots a composite one is the first event, [slot]

  /// Covariates: of a data model all normal ones, else those asked for: age_years, weight_kg, gmfm66, gmfm88.
  std::vector<std::string> numeric;
  std::vector<std::string>
      factors;  // categorical ones: gmfcs, sex, injury, motor_type, genotype, immune_suppressed, age_years in bins; of
                // a data model all that have levels, and normal ones with cuts
  std::vector<int> levels;                            // of the factors
  std::vector<std::vector<std::string>> level_names;  // [factor]; of a data model

  /// Analyses, randomisation and outcomes fit each other: the reader has seen to it.
  Protocol(const Study&, const Evidence&);

  /// Whether any endpoint is seen at visits, or this one is; and whether any is a time to an event or a count.
  bool by_visit() const { return !visits_months.empty(); }
  bool by_visit(std::size_t slot) const { return seen_at_visits(kind[slot]); }
  bool has_events() const;
  std::size_t slot_of(const std::string& endpoint) const;
  std::size_t slot_of(const AnalysisPlan& plan) const { return slot_of(plan.endpoint); }
  std::size_t visit_at(double months) const;                   // index into visits_months
  std::size_t seen_at(std::size_t slot, double months) const;  // index into seen[slot]

  /// The visit of an analysis among those of its endpoint's data model, 0 of a time to an event.
  std::size_t visit_of_model(const AnalysisPlan&) const;

  /// Whether the event of another endpoint ends the follow-up of this one.
  bool ended_by_others(std::size_t slot) const;
  bool ends(std::size_t ending, std::size_t slot) const;

  /// The endpoint whose events looks and the final analysis count: that of the primary analysis.
  std::size_t primary_slot() const { return slot_of(design.analyses.front()); }

  /// Whether an analysis adjusts for a covariate as a factor, and not as a number.
  bool adjusts_by_levels(const std::string& covariate) const;

  /// The text of a factor's level: the category, or the number of the age bin; and the level of such a text.
  std::string level_name(std::size_t factor, int level) const;
  int level_named(std::size_t factor, const std::string& name) const;

  std::size_t numeric_at(const std::string& name) const;
  std::size_t factor_at(const std::string& name) const;
  std::size_t arms() const { return design.arms.size(); }
  std::size_t contrasts() const { return contrasts_of(arms()); }
  analysis::Method::Units units() const { return analysis::randomised_units(design); }

  /// Values as an assessor writes them down, rounded to the decimals of their endpoint. Rows [slot], or [slot][visit].
  void record(std::vector<std::vector<double>>& values) const;

  std::int64_t largest_size() const { return design.sample_size.back(); }

  /// The arm that a contrast compares with the reference, which is arm 0, or a single arm with a fixed value.
  std::size_t compared(std::size_t contrast) const { return vcohort::arm_of_contrast(contrast, arms()); }
  const Arm& arm_of_contrast(std::size_t contrast) const { return design.arms[compared(contrast)]; }

  /// "high - control"; of a single arm "treated - 0.2".
  std::string name_of_contrast(std::size_t contrast, const AnalysisPlan&) const;

 private:
  void add_numeric(const std::string& name);
  void add_factor(const std::string& name);
  void add_covariates(const DataModel&);
  void add_endpoint(const DataModel&);
};

}  // namespace vcohort
